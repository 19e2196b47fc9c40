import type { Statement } from '../statement.js';

/** Parameters: id, person, now ms, end ms, address, agent. */
export const insertSession: Statement<Record<string, never>> = {
  name: 'access_insert_session',
  text: `
  insert into session (id, person_id, created_at, seen_at, expires_at, address, agent)
  values ($1, $2, to_timestamp($3::float8 / 1000), to_timestamp($3::float8 / 1000), to_timestamp($4::float8 / 1000), $5, $6)`,
};

/** Parameters: id. */
export const deleteSession: Statement<{ person_id: string }> = {
  name: 'access_delete_session',
  text: `delete from session where id = $1 returning person_id`,
};

/** All of a person, but the one that is given (or none). Parameters: person, id or null. */
export const deleteSessionsOf: Statement<Record<string, never>> = {
  name: 'access_delete_sessions_of',
  text: `delete from session where person_id = $1 and ($2::bytea is null or id <> $2)`,
};

/** What is over: sessions, sign-ins under way, links a month old, failures a day old. Parameters: now ms, idle ms. */
export const dropWhatIsOver: Statement<Record<string, never>> = {
  name: 'access_drop_what_is_over',
  text: `
  with at as (select to_timestamp($1::float8 / 1000) as now, $2::float8 * interval '1 millisecond' as idle),
  sessions as (delete from session using at where expires_at < at.now or seen_at < at.now - at.idle),
  flows as (delete from oidc_flow using at where expires_at < at.now),
  links as (delete from one_time_link using at where expires_at < at.now - interval '30 days')
  delete from login_attempt using at where last_at < at.now - interval '1 day'`,
};
