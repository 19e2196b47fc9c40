import type { Statement } from '../statement.js';

/** Records that the first load may make on each side, `500/s`; null: as many as there are. Parameters: pipeline. */
export const loadRates: Statement<{ rate_a: string | null; rate_b: string | null }> = {
  name: 'load_rates',
  text: `select rate_a, rate_b from load_report where pipeline_id = $1`,
};

/** Of a load that is not over. Parameters: name of the pipeline, side, rate or null. */
export const setLoadRate: Statement<{ pipeline_id: number }> = {
  name: 'load_set_rate',
  text: `
  update load_report l
  set rate_a = case when $2 = 'A' then $3 else l.rate_a end, rate_b = case when $2 = 'B' then $3 else l.rate_b end
  from pipeline p where p.id = l.pipeline_id and p.name = $1 and l.finished_at is null
  returning l.pipeline_id`,
};
