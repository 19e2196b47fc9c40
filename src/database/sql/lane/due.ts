import type { Statement } from '../statement.js';

/**
 * Records to look at again, each with the version of its row, by which it is known whether somebody has asked for it since. Not locked: one
 * worker holds the pipeline, and the records' own `rev` decides. Parameters: pipeline, limit.
 */
export const readDue: Statement<{ link_id: number; version: string }> = {
  name: 'lane_read_due',
  text: `select link_id, xmin::text as version from push_due where pipeline_id = $1 and due_at <= clock_timestamp() order by due_at limit $2`,
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
 * Registers as this transaction read them. Held until it ends: whoever sets a decision holds them too, and asks for its turn only then.
 * Times alone would not do, for what was asked for is stamped before it commits.
 */
const unmoved = `
  unmoved as (
    select s.link_id from shadow s join unnest($2::bigint[], $3::int[]) as r(link_id, rev) on s.link_id = r.link_id and s.rev = r.rev
    order by s.link_id for share of s)`;

/** Asked for since this transaction began, or woken by one that had begun before and was not seen: the row is not the one that was read. */
const askedSince = `(push_due.due_at > $6::timestamptz or push_due.woken and push_due.xmin::text is distinct from ($7::jsonb ->> push_due.link_id::text))`;

/**
 * A record that somebody has moved since it was read is due at once; what was asked for meanwhile stands, unless this is earlier still.
 * That it was woken stands until it has been looked at with no write on its way. Parameters: pipeline, link ids[], revs[], due in ms[] from
 * now, reasons[] (parallel), when the transaction began, the versions of the rows that were due {link id: version}, of which a write is on
 * its way[].
 */
export const setDue: Statement<Record<string, never>> = {
  name: 'lane_set_due',
  text: `
  with ${unmoved}
  insert into push_due (link_id, pipeline_id, due_at, reason)
  select r.link_id, $1, clock_timestamp() + case when u.link_id is null then 0 else r.in_ms end * interval '1 millisecond', r.reason
  from unnest($2::bigint[], $4::float8[], $5::text[]) as r(link_id, in_ms, reason) left join unmoved u on u.link_id = r.link_id
  on conflict (link_id) do update
    set due_at = case when ${askedSince} then least(push_due.due_at, excluded.due_at) else excluded.due_at end,
        reason = case when ${askedSince} and push_due.due_at <= excluded.due_at then push_due.reason else excluded.reason end,
        woken = push_due.woken and (${askedSince} or push_due.link_id = any($8::bigint[])),
        attempts = push_due.attempts + 1`,
};

/**
 * Nothing is due any more for these records, as they were read: one that somebody moved or asked for since stays due.
 * Parameters: pipeline, link ids[], revs[], versions of their rows[] (parallel).
 */
export const clearDue: Statement<Record<string, never>> = {
  name: 'lane_clear_due',
  text: `
  with ${unmoved}
  delete from push_due d using unmoved u join unnest($2::bigint[], $4::text[]) as v(link_id, version) on v.link_id = u.link_id
  where d.pipeline_id = $1 and d.link_id = u.link_id and d.xmin::text = v.version`,
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
