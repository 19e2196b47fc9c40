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

/** The database's time, before a transaction looks at anything: whatever is due later than this was asked for afterwards. */
export const readTime: Statement<{ at: string }> = {
  name: 'lane_read_time',
  text: `select clock_timestamp()::text as at`,
};

/**
 * What was asked for after this transaction had begun (a decision) stands, unless this is earlier still.
 * Parameters: pipeline, link ids[], due in ms[] from now, reasons[], when the transaction began.
 */
export const setDue: Statement<Record<string, never>> = {
  name: 'lane_set_due',
  text: `
  insert into push_due (link_id, pipeline_id, due_at, reason)
  select r.link_id, $1, clock_timestamp() + r.in_ms * interval '1 millisecond', r.reason
  from unnest($2::bigint[], $3::float8[], $4::text[]) as r(link_id, in_ms, reason)
  on conflict (link_id) do update
    set due_at = case when push_due.due_at > $5::timestamptz then least(push_due.due_at, excluded.due_at) else excluded.due_at end,
        reason = case when push_due.due_at > $5::timestamptz and push_due.due_at <= excluded.due_at then push_due.reason else excluded.reason end,
        attempts = push_due.attempts + 1`,
};

/**
 * Nothing is due any more for these records, as they were read: one that somebody moved or asked for since stays due.
 * Parameters: link ids[], revs[] (parallel), when the transaction began.
 */
export const clearDue: Statement<Record<string, never>> = {
  name: 'lane_clear_due',
  text: `
  delete from push_due d using unnest($1::bigint[], $2::int[]) as r(link_id, rev), shadow s
  where d.link_id = r.link_id and s.link_id = r.link_id and s.rev = r.rev and d.due_at <= $3::timestamptz`,
};

/** Due records that are no live links any more. Parameters: link ids[]. */
export const forgetDue: Statement<Record<string, never>> = {
  name: 'lane_forget_due',
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
