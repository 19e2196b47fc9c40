import type { Statement } from './statement.js';

export interface FlowRow {
  /** Beginning of the hour or day, in UTC. */
  readonly at: Date;
  readonly opened: number;
  readonly closed: number;
}

/**
 * How many conflicts came and went, by hour or day (UTC); stretches in which nothing happened are left out. What opened lately was
 * also changed lately, so both halves read along an index. Parameters: pipeline, `hour` or `day`, since.
 */
export const conflictFlow: Statement<FlowRow> = {
  name: 'ops_conflict_flow',
  text: `
  select at, count(*) filter (where opened) as opened, count(*) filter (where not opened) as closed
  from (select date_trunc($2, opened_at, 'UTC') as at, true as opened
        from conflict where pipeline_id = $1 and changed_at >= $3 and opened_at >= $3
        union all
        select date_trunc($2, closed_at, 'UTC'), false
        from conflict where pipeline_id = $1 and state = 'closed' and closed_at >= $3) moved
  group by at order by at`,
};

export interface AgeRow {
  /** Place in the bounds that were given; one past the last for what is older than all of them. */
  readonly place: number;
  readonly count: number;
  readonly oldest: Date;
}

/** How old the open conflicts are, by the bounds given. Parameters: pipeline, now, ascending bounds in seconds. */
export const openAges: Statement<AgeRow> = {
  name: 'ops_open_ages',
  text: `
  select width_bucket(extract(epoch from $2::timestamptz - opened_at), $3::numeric[]) as place, count(*) as count, min(opened_at) as oldest
  from conflict where pipeline_id = $1 and state = 'open' group by place`,
};
