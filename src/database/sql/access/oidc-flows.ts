import type { Statement } from '../statement.js';

export interface OidcFlowRow {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly return_to: string;
}

/** Parameters: id, state, nonce, verifier, return to, end ms. */
export const insertFlow: Statement<Record<string, never>> = {
  name: 'access_insert_flow',
  text: `
  insert into oidc_flow (id, state, nonce, verifier, return_to, expires_at)
  values ($1, $2, $3, $4, $5, to_timestamp($6::float8 / 1000))`,
};

/** Takes a flow out: an answer is used once. Parameters: id, now ms. */
export const takeFlow: Statement<OidcFlowRow> = {
  name: 'access_take_flow',
  text: `
  with taken as (delete from oidc_flow where id = $1 returning *)
  select state, nonce, verifier, return_to from taken where expires_at > to_timestamp($2::float8 / 1000)`,
};
