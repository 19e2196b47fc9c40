import type { Statement } from '../statement.js';

/** Adds to counters. Parameters: pipeline, names[], labels[], amounts[] (parallel; each pair once). */
export const addCounters: Statement<Record<string, never>> = {
  name: 'lane_add_counters',
  text: `
  insert into counter (pipeline_id, name, labels, value)
  select $1, r.name, r.labels, r.amount from unnest($2::text[], $3::text[], $4::bigint[]) as r(name, labels, amount)
  on conflict (pipeline_id, name, labels) do update set value = counter.value + excluded.value`,
};
