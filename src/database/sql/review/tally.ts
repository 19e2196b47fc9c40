import type { Statement } from '../statement.js';

export interface TallyRow {
  readonly pipeline_id: number;
  readonly unit: string;
  readonly kind: string;
  readonly state: string;
  readonly urgency: number;
  /** Zero: nobody. */
  readonly assignee_id: string;
  readonly n: number;
}

export const NOBODY = '00000000-0000-0000-0000-000000000000';

/** How many items there are of each sort, exact at the moment. Parameters: pipelines[]. */
export const tallyOf: Statement<TallyRow> = {
  name: 'review_tally',
  text: `
  select pipeline_id, unit, kind, state, urgency, assignee_id, sum(n)::bigint as n
  from (
    select pipeline_id, unit, kind, state, urgency, assignee_id, n from review_tally where pipeline_id = any($1::int[])
    union all
    select pipeline_id, unit, kind, state, urgency, assignee_id, n from review_tally_change where pipeline_id = any($1::int[])) t
  group by 1, 2, 3, 4, 5, 6 having sum(n) > 0`,
};

/** Past their due date, along review_item_due; no more than the limit. Parameters: now, pipelines[], limit. */
export const countOverdue: Statement<{ n: number }> = {
  name: 'review_count_overdue',
  text: `
  select count(*)::int as n from (
    select from review_item where state = 'open' and due_at <= $1::timestamptz and pipeline_id = any($2::int[]) limit $3::int) o`,
};

/** Folds what was added since; to be run by one at a time. Parameters: limit. */
export const foldTally: Statement<{ n: number }> = {
  name: 'review_fold_tally',
  text: `
  with gone as (
    delete from review_tally_change where id in (select id from review_tally_change order by id limit $1::int) returning *),
  added as (
    insert into review_tally as t (pipeline_id, unit, kind, state, urgency, assignee_id, n)
    select pipeline_id, unit, kind, state, urgency, assignee_id, sum(n) from gone group by 1, 2, 3, 4, 5, 6
    on conflict (pipeline_id, unit, kind, state, urgency, assignee_id) do update set n = t.n + excluded.n)
  select count(*)::int as n from gone`,
};

export const dropEmptyTally: Statement<Record<string, never>> = {
  name: 'review_drop_empty_tally',
  text: `delete from review_tally where n = 0`,
};
