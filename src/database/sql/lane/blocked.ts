import type { Statement } from '../statement.js';

/** Parameters: pipeline, then parallel arrays: links, units, sides, codes, details, values. */
export const upsertBlocked: Statement<Record<string, never>> = {
  name: 'lane_upsert_blocked',
  text: `
  insert into blocked_unit (pipeline_id, link_id, unit, side, code, detail, value)
  select $1, r.link_id, r.unit, r.side, r.code, r.detail, r.value
  from unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::jsonb[]) as r(link_id, unit, side, code, detail, value)
  on conflict (link_id, unit, side) do update
    set code = excluded.code, detail = excluded.detail, value = excluded.value, attempts = blocked_unit.attempts + 1, last_at = clock_timestamp()`,
};

/** Parameters: link ids[], units[] (parallel). */
export const clearBlocked: Statement<Record<string, never>> = {
  name: 'lane_clear_blocked',
  text: `
  delete from blocked_unit b using unnest($1::bigint[], $2::text[]) as r(link_id, unit) where b.link_id = r.link_id and b.unit = r.unit`,
};
