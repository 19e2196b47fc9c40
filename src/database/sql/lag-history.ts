import type { Statement } from './statement.js';

/**
 * Keeps the largest lag of the minute; any number of replicas may measure. Parameters: now, pipelines, sides, seconds (three arrays of one
 * length).
 */
export const recordLag: Statement<never> = {
  name: 'ops_record_lag',
  text: `
  insert into lag_minute (pipeline_id, at, side, seconds)
  select pipeline_id, date_trunc('minute', $1::timestamptz), side, seconds
  from unnest($2::bigint[], $3::text[], $4::float8[]) as m (pipeline_id, side, seconds)
  on conflict (pipeline_id, at, side) do update set seconds = greatest(lag_minute.seconds, excluded.seconds)`,
};

export interface LagRow {
  /** Beginning of the stretch. */
  readonly at: Date;
  readonly side: 'A' | 'B';
  readonly seconds: number;
}

/**
 * The largest lag of each stretch in which it was measured; stretches begin at whole multiples of their length. Parameters: pipeline, since,
 * length of a stretch as an interval.
 */
export const lagHistory: Statement<LagRow> = {
  name: 'ops_lag_history',
  text: `
  select date_bin($3::interval, at, 'epoch') as at, side, max(seconds)::float8 as seconds
  from lag_minute where pipeline_id = $1 and at >= $2 group by 1, 2 order by 1, 2`,
};

/** Parameter: before when. */
export const dropOldLag: Statement<never> = {
  name: 'ops_drop_old_lag',
  text: `delete from lag_minute where at < $1`,
};
