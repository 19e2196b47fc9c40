import type { Statement } from '../statement.js';

export interface ChangedRow {
  readonly type: 'conflict' | 'decision' | 'pipeline';
  readonly id: string;
}

/**
 * What a screen that was away has to look at again. Items by review_item_changed; decisions are those of the conflicts, since each
 * step of a decision touches its conflict. Parameters: since ms, limit.
 */
export const changedSince: Statement<ChangedRow> = {
  name: 'review_changed_since',
  text: `
  with moved as (
    select id, subject, changed_at from review_item where changed_at >= to_timestamp($1::float8 / 1000) order by changed_at limit $2::int)
  select 'conflict' as type, case subject when 'guard' then 'grd_' when 'halt' then 'hlt_' else 'cf_' end || id as id from moved
  union all
  select 'decision', d.id::text from decision d join moved on moved.id = d.conflict_id where d.at >= to_timestamp($1::float8 / 1000) - interval '1 hour'
  union all
  select 'pipeline', name from pipeline where updated_at >= to_timestamp($1::float8 / 1000)`,
};

/** Parameters: id. */
export const pipelineName: Statement<{ name: string }> = {
  name: 'review_pipeline_name',
  text: `select name from pipeline where id = $1`,
};
