import type { Grant } from '../../../common/permissions.js';
import type { Statement } from '../statement.js';

export interface PersonRow {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly state: 'invited' | 'active' | 'disabled';
  readonly rev: number;
  readonly demo: boolean;
  readonly has_password: boolean;
  readonly single_sign_on: boolean;
  readonly created_at: Date;
  readonly last_login_at: Date | null;
  /** Why no mail is sent to them; `null`: it is. */
  readonly mail_refused: { readonly since: string; readonly reason: string } | null;
  readonly grants: readonly (Grant & { readonly source: 'people' | 'oidc' })[];
}

const columns = `
  p.id, p.email, p.name, p.state, p.rev, p.demo, p.password_hash is not null as has_password, p.oidc_subject is not null as single_sign_on,
  p.created_at, p.last_login_at,
  (select jsonb_build_object('since', u.since, 'reason', u.reason) from undeliverable u where u.address = lower(p.email)) as mail_refused,
  (select coalesce(jsonb_agg(jsonb_build_object('role', g.role, 'pipeline', g.pipeline, 'source', g.source) order by g.role, g.pipeline, g.source), '[]')
   from person_grant g where g.person_id = p.id) as grants`;

/** Everybody there is, by name: people are some hundreds at most. Parameters: demo. */
export const people: Statement<PersonRow> = {
  name: 'access_people',
  text: `select ${columns} from person p where not p.demo or $1::boolean order by lower(p.name), p.id`,
};

/** Parameters: id. */
export const personById: Statement<PersonRow> = {
  name: 'access_person_by_id',
  text: `select ${columns} from person p where p.id = $1`,
};

/** Parameters: e-mail in lower case. */
export const personByEmail: Statement<PersonRow> = {
  name: 'access_person_by_email',
  text: `select ${columns} from person p where p.email = $1`,
};

/** Parameters: issuer, subject. */
export const personByIdentity: Statement<PersonRow> = {
  name: 'access_person_by_identity',
  text: `select ${columns} from person p where p.oidc_issuer = $1 and p.oidc_subject = $2`,
};

/** Locks a person for the rest of the transaction. Parameters: id. */
export const lockPerson: Statement<{ rev: number }> = {
  name: 'access_lock_person',
  text: `select rev from person where id = $1 for update`,
};

/** Whoever signs in by a password. Parameters: e-mail in lower case, demo. */
export const passwordOf: Statement<{ id: string; password_hash: string | null; state: PersonRow['state'] }> =
  {
    name: 'access_password_of',
    text: `select id, password_hash, state from person where email = $1 and (not demo or $2::boolean)`,
  };

/** Nothing when the address is taken. Parameters: id, e-mail, name, state, password hash, demo. */
export const insertPerson: Statement<{ id: string }> = {
  name: 'access_insert_person',
  text: `
  insert into person (id, email, name, state, password_hash, demo) values ($1, $2, $3, $4, $5, $6)
  on conflict (email) do nothing returning id`,
};

/** Parameters: id, name, state. */
export const updatePerson: Statement<Record<string, never>> = {
  name: 'access_update_person',
  text: `update person set name = $2, state = $3, rev = rev + 1 where id = $1`,
};

/** Whoever chooses a password is there. Parameters: id, password hash. */
export const setPassword: Statement<Record<string, never>> = {
  name: 'access_set_password',
  text: `
  update person set password_hash = $2, state = case when state = 'invited' then 'active' else state end, rev = rev + 1 where id = $1`,
};

/** The same password, hashed with other parameters. Parameters: id, password hash. */
export const rehashPassword: Statement<Record<string, never>> = {
  name: 'access_rehash_password',
  text: `update person set password_hash = $2 where id = $1`,
};

/** Nothing where it says what is there already. Parameters: id, issuer, subject, name. */
export const setIdentity: Statement<Record<string, never>> = {
  name: 'access_set_identity',
  text: `
  update person set oidc_issuer = $2, oidc_subject = $3, name = $4,
    state = case when state = 'invited' then 'active' else state end, rev = rev + 1
  where id = $1 and (oidc_subject is distinct from $3 or name <> $4 or state = 'invited')`,
};

/** Parameters: id, now ms. */
export const noteLogin: Statement<Record<string, never>> = {
  name: 'access_note_login',
  text: `update person set last_login_at = to_timestamp($2::float8 / 1000) where id = $1`,
};

/** Replaces the grants of one source. Parameters: id, source, roles[], pipelines[] (parallel). */
export const replaceGrants: Statement<Record<string, never>> = {
  name: 'access_replace_grants',
  text: `
  with wanted as (select distinct role, pipeline from unnest($3::text[], $4::text[]) as w(role, pipeline)),
  gone as (
    delete from person_grant g where person_id = $1 and source = $2
      and not exists (select from wanted w where w.role = g.role and w.pipeline = g.pipeline))
  insert into person_grant (person_id, role, pipeline, source)
  select $1, role, pipeline, $2 from wanted on conflict do nothing`,
};

/** Active people of a role on every pipeline who are no invention of the demo. Parameters: role. */
export const activeWithRole: Statement<{ id: string }> = {
  name: 'access_active_with_role',
  text: `
  select distinct p.id from person p join person_grant g on g.person_id = p.id
  where p.state = 'active' and not p.demo and g.role = $1 and g.pipeline = '*'`,
};

/**
 * Held until the transaction ends by whoever might make the first admin or unmake the last: of two at once, one must see what the other
 * has done.
 */
export const lockAdmins: Statement<Record<string, never>> = {
  name: 'access_lock_admins',
  text: `select pg_advisory_xact_lock(hashtext('accord admins'))`,
};
