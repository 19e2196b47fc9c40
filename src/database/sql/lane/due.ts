import type { Statement } from '../statement.js';

/** Records to look at again. Not locked: one worker holds the pipeline, and the records' own `rev` decides. Parameters: pipeline, limit. */
export const readDue: Statement<{ link_id: number; attempts: number }> = {
  name: 'lane_read_due',
  text: `select link_id, attempts from push_due where pipeline_id = $1 and due_at <= clock_timestamp() order by due_at limit $2`,
};

/** Parameters: pipeline. */
export const nextDue: Statement<{ in_ms: number | null }> = {
  name: 'lane_next_due',
  text: `select (extract(epoch from min(due_at) - clock_timestamp()) * 1000)::float8 as in_ms from push_due where pipeline_id = $1`,
};

/** Parameters: pipeline, link ids[], due in ms[] from now, reasons[]. An earlier due time stands. */
export const setDue: Statement<Record<string, never>> = {
  name: 'lane_set_due',
  text: `
  insert into push_due (link_id, pipeline_id, due_at, reason)
  select r.link_id, $1, clock_timestamp() + r.in_ms * interval '1 millisecond', r.reason
  from unnest($2::bigint[], $3::float8[], $4::text[]) as r(link_id, in_ms, reason)
  on conflict (link_id) do update set due_at = excluded.due_at, reason = excluded.reason, attempts = push_due.attempts + 1`,
};

/** Parameters: link ids[]. */
export const clearDue: Statement<Record<string, never>> = {
  name: 'lane_clear_due',
  text: `delete from push_due where link_id = any($1::bigint[])`,
};

/** All records of a batch are looked at again. Parameters: pipeline, link ids[], reason. */
export const setAllDue: Statement<Record<string, never>> = {
  name: 'lane_set_all_due',
  text: `
  insert into push_due (link_id, pipeline_id, reason) select id, $1, $3 from unnest($2::bigint[]) as r(id)
  on conflict (link_id) do update set due_at = clock_timestamp(), reason = excluded.reason`,
};

/** Wakes the records that waited for a side. Parameters: pipeline, side. */
export const wakeWaiting: Statement<Record<string, never>> = {
  name: 'lane_wake_waiting',
  text: `
  update push_due set due_at = clock_timestamp(), reason = 'side free'
  where pipeline_id = $1 and due_at > clock_timestamp() + interval '1 year' and reason like 'waits for %' and reason like '%' || $2 || '%'`,
};
