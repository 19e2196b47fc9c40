import type { Statement } from '../statement.js';

/** A new link takes the place of those before it. Parameters: person, now ms. */
export const outdateLinks: Statement<Record<string, never>> = {
  name: 'access_outdate_links',
  text: `update one_time_link set used_at = to_timestamp($2::float8 / 1000) where person_id = $1 and used_at is null`,
};

/** Parameters: id, purpose, person or null, now ms, end ms. */
export const insertLink: Statement<Record<string, never>> = {
  name: 'access_insert_link',
  text: `
  insert into one_time_link (id, purpose, person_id, created_at, expires_at)
  values ($1, $2, $3, to_timestamp($4::float8 / 1000), to_timestamp($5::float8 / 1000))`,
};

/** It was for a mail that was not sent. Parameters: id. */
export const deleteLink: Statement<Record<string, never>> = {
  name: 'access_delete_link',
  text: `delete from one_time_link where id = $1 and used_at is null`,
};

export interface LinkRow {
  readonly purpose: 'setup' | 'password';
  readonly person_id: string | null;
}

/** A link that can still be used. Parameters: id, now ms. */
export const usableLink: Statement<LinkRow> = {
  name: 'access_usable_link',
  text: `
  select purpose, person_id from one_time_link where id = $1 and used_at is null and expires_at > to_timestamp($2::float8 / 1000)`,
};

/** Uses it up; of two who come at once, one gets it. Parameters: id, now ms. */
export const useLink: Statement<LinkRow> = {
  name: 'access_use_link',
  text: `
  update one_time_link set used_at = to_timestamp($2::float8 / 1000)
  where id = $1 and used_at is null and expires_at > to_timestamp($2::float8 / 1000)
  returning purpose, person_id`,
};
