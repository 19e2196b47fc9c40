import type { Grant, Permission } from '../../../common/permissions.js';
import type { Statement } from '../statement.js';

export interface CallerRow {
  readonly person_id: string;
  readonly name: string;
  readonly email: string;
  readonly demo: boolean;
  readonly grants: readonly Grant[];
  /** `null`: never used. */
  readonly seen_at: Date | null;
}

const grants = `
  (select coalesce(jsonb_agg(distinct jsonb_build_object('role', g.role, 'pipeline', g.pipeline)), '[]') from person_grant g where g.person_id = p.id) as grants`;

/**
 * The person of a session that is neither over nor idle for too long, by the primary key: asked with every request, so that whoever is
 * disabled is out at once. Parameters: id, now ms, idle ms, demo.
 */
export const callerOfSession: Statement<CallerRow> = {
  name: 'access_caller_of_session',
  text: `
  select p.id as person_id, p.name, p.email, p.demo, s.seen_at, ${grants}
  from session s join person p on p.id = s.person_id
  where s.id = $1 and s.expires_at > to_timestamp($2::float8 / 1000) and s.seen_at > to_timestamp(($2::float8 - $3::float8) / 1000)
    and p.state = 'active' and (not p.demo or $4::boolean)`,
};

/** Parameters: id, now ms. */
export const touchSession: Statement<Record<string, never>> = {
  name: 'access_touch_session',
  text: `update session set seen_at = to_timestamp($2::float8 / 1000) where id = $1`,
};

export interface TokenCallerRow extends CallerRow {
  readonly token_id: string;
  readonly token_name: string;
  readonly hash: Buffer;
  readonly scopes: readonly Permission[];
}

/** The person of a token that is neither revoked nor expired. Parameters: prefix, now ms, demo. */
export const callerOfToken: Statement<TokenCallerRow> = {
  name: 'access_caller_of_token',
  text: `
  select t.id as token_id, t.name as token_name, t.hash, t.scopes, p.id as person_id, p.name, p.email, p.demo,
         t.used_at as seen_at, ${grants}
  from api_token t join person p on p.id = t.person_id
  where t.prefix = $1 and t.revoked_at is null and t.expires_at > to_timestamp($2::float8 / 1000)
    and p.state = 'active' and (not p.demo or $3::boolean)`,
};

/** Parameters: id, now ms. */
export const touchToken: Statement<Record<string, never>> = {
  name: 'access_touch_token',
  text: `update api_token set used_at = to_timestamp($2::float8 / 1000) where id = $1`,
};

/** Whether a credential that was good is good still. Parameters: session id or null, token id or null, now ms, idle ms, demo. */
export const grantsStill: Statement<
  Pick<CallerRow, 'grants'> & { readonly scopes: readonly Permission[] | null }
> = {
  name: 'access_grants_still',
  text: `
  select ${grants}, t.scopes
  from person p
  left join session s on s.person_id = p.id and s.id = $1::bytea
    and s.expires_at > to_timestamp($3::float8 / 1000) and s.seen_at > to_timestamp(($3::float8 - $4::float8) / 1000)
  left join api_token t on t.person_id = p.id and t.id = $2::uuid and t.revoked_at is null and t.expires_at > to_timestamp($3::float8 / 1000)
  where p.state = 'active' and (not p.demo or $5::boolean) and (s.id is not null or t.id is not null)`,
};

/** The pipeline that something belongs to, by its key. Parameters: key as text. */
const pipelineOf = (what: string, from: string): Statement<{ name: string }> => ({
  name: `access_pipeline_of_${what}`,
  text: `select p.name from ${from} join pipeline p on p.id = o.pipeline_id`,
});

export const pipelineOfWhat = {
  conflict: pipelineOf('conflict', '(select pipeline_id from review_item where id = $1::uuid) o'),
  decision: pipelineOf(
    'decision',
    '(select c.pipeline_id from decision d join conflict c on c.id = d.conflict_id where d.id = $1::uuid) o',
  ),
  record: pipelineOf('record', '(select pipeline_id from link where id = $1::bigint) o'),
} as const;
