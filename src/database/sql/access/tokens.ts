import type { Permission } from '../../../common/permissions.js';
import type { Statement } from '../statement.js';

export interface TokenRow {
  readonly id: string;
  readonly person_id: string;
  readonly name: string;
  readonly prefix: string;
  readonly scopes: readonly Permission[];
  readonly created_at: Date;
  readonly expires_at: Date;
  readonly revoked_at: Date | null;
  readonly used_at: Date | null;
}

const columns = 'id, person_id, name, prefix, scopes, created_at, expires_at, revoked_at, used_at';

/** Newest first; those that ended more than 30 days ago are left out. Parameters: person. */
export const tokensOf: Statement<TokenRow> = {
  name: 'access_tokens_of',
  text: `
  select ${columns} from api_token
  where person_id = $1 and least(expires_at, coalesce(revoked_at, expires_at)) > now() - interval '30 days'
  order by created_at desc, id`,
};

/** Parameters: id, person, name, prefix, hash, scopes, now ms, end ms. */
export const insertToken: Statement<TokenRow> = {
  name: 'access_insert_token',
  text: `
  insert into api_token (id, person_id, name, prefix, hash, scopes, created_at, expires_at)
  values ($1, $2, $3, $4, $5, $6, to_timestamp($7::float8 / 1000), to_timestamp($8::float8 / 1000))
  returning ${columns}`,
};

/** Parameters: id, person, now ms. */
export const revokeToken: Statement<TokenRow> = {
  name: 'access_revoke_token',
  text: `
  update api_token set revoked_at = coalesce(revoked_at, to_timestamp($3::float8 / 1000)) where id = $1 and person_id = $2
  returning ${columns}`,
};

/** Parameters: person, now ms. */
export const revokeTokensOf: Statement<{ id: string }> = {
  name: 'access_revoke_tokens_of',
  text: `
  update api_token set revoked_at = to_timestamp($2::float8 / 1000) where person_id = $1 and revoked_at is null returning id`,
};
