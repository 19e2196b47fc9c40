import type { ClientBase, Pool } from 'pg';

export interface MetricRow {
  /** What is measured. */
  readonly metric:
    | 'conflicts_open'
    | 'conflict_oldest'
    | 'dead_letters'
    | 'guards_open'
    | 'batches'
    | 'last_success'
    | 'outbox_depth'
    | 'outbox_oldest'
    | 'verified'
    | 'verified_differences';
  /** `null` for what belongs to no pipeline. */
  readonly pipeline: string | null;
  readonly label: string;
  readonly side: string | null;
  readonly value: number;
}

/** Everything measured beside counters and counts of records; each part reads a partial index of what is open. */
export async function metricRows(database: ClientBase | Pool): Promise<MetricRow[]> {
  const { rows } = await database.query<MetricRow>({
    name: 'metric-rows',
    text: `select x.metric, p.name as pipeline, x.label, x.side, x.value::float8 as value
           from (
             select 'conflicts_open' as metric, pipeline_id, urgency::text as label, null as side, sum(n) as value
               from (select * from review_tally union all
                     select pipeline_id, unit, kind, state, urgency, assignee_id, n from review_tally_change) t
               where state in ('open', 'snoozed') and kind not in ('guard', 'halt') group by pipeline_id, urgency having sum(n) <> 0
             union all
             select 'conflict_oldest', pipeline_id, '', null, extract(epoch from now() - min(opened_at))
               from conflict where state <> 'closed' and state = 'open' group by pipeline_id
             union all
             select 'dead_letters', pipeline_id, code, side, count(*) from blocked_unit where code not like 'guard-%' group by pipeline_id, code, side
             union all
             select 'guards_open', pipeline_id, kind, side, count(*) from guard_trip where state = 'open' group by pipeline_id, kind, side
             union all
             select 'batches', pipeline_id, state, side, count(*)
               from attempt_batch where state in ('sent', 'unknown') group by pipeline_id, state, side
             union all
             select 'last_success', pipeline_id, '', side, extract(epoch from caught_up_at)
               from side_state where caught_up_at is not null
             union all
             select 'outbox_depth', null, '', null, count(*) from mail_outbox where sent_at is null and failed_at is null
             union all
             select 'outbox_oldest', null, '', null, coalesce(extract(epoch from now() - min(created_at)), 0)
               from mail_outbox where sent_at is null and failed_at is null
             union all
             select 'verified', pipeline_id, '', null, extract(epoch from max(started_at))
               from verification where state = 'finished' and link_id is null group by pipeline_id
             union all
             select 'verified_differences', v.pipeline_id, f.key, null, f.value::float8
               from (select distinct on (pipeline_id) pipeline_id, found from verification where state = 'finished' and link_id is null order by pipeline_id, id desc) v,
                    jsonb_each_text(v.found) f
           ) x left join pipeline p on p.id = x.pipeline_id`,
  });
  return rows;
}

export interface CounterRow {
  readonly pipeline: string;
  readonly name: string;
  readonly labels: string;
  readonly value: number;
}

export async function counterRows(database: ClientBase | Pool): Promise<CounterRow[]> {
  const { rows } = await database.query<CounterRow>({
    name: 'counter-rows',
    text: `select p.name as pipeline, c.name, c.labels, c.value from counter c join pipeline p on p.id = c.pipeline_id`,
  });
  return rows;
}
