import type { Json } from '../../../core/value.js';
import type { Statement } from '../statement.js';

export interface DecisionRow {
  readonly id: string;
  readonly conflict_id: string;
  readonly conflict_rev: number;
  /** `null`: of a match. */
  readonly link_id: number | null;
  readonly unit: string;
  readonly shown: Json;
  readonly take: 'a' | 'b' | 'base' | 'merged' | 'value' | 'link' | 'create' | 'apart';
  readonly value: Json;
  readonly note: string | null;
  readonly by: string;
  readonly at: Date;
  readonly undo_until: Date;
  readonly outcome: 'held' | 'applied' | 'undone' | 'stale' | 'closed';
}

/** Parameters: id. */
export const decisionById: Statement<DecisionRow & { readonly pipeline_id: number }> = {
  name: 'review_decision_by_id',
  text: `select d.*, c.pipeline_id from decision d join conflict c on c.id = d.conflict_id where d.id = $1`,
};

/** Parameters: conflict. */
export const decisionsOfConflict: Statement<DecisionRow> = {
  name: 'review_decisions_of_conflict',
  text: `select * from decision where conflict_id = $1 order by at, id limit 200`,
};

/** Parameters: id, conflict, conflict rev, link, unit, shown, take, value, note, by, at ms, undo until ms, person. */
export const insertDecision: Statement<DecisionRow> = {
  name: 'review_insert_decision',
  text: `
  insert into decision (id, conflict_id, conflict_rev, link_id, unit, shown, take, value, note, by, at, undo_until, outcome, person_id)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, to_timestamp($11::float8 / 1000), to_timestamp($12::float8 / 1000), 'held', $13)
  returning *`,
};

/** A new decision takes the place of one that the values had outrun. Parameters: conflict. */
export const outdateDecisions: Statement<Record<string, never>> = {
  name: 'review_outdate_decisions',
  text: `update decision set outcome = 'stale' where conflict_id = $1 and outcome = 'held'`,
};

/** Parameters: id. */
export const markUndone: Statement<DecisionRow> = {
  name: 'review_mark_undone',
  text: `update decision set outcome = 'undone' where id = $1 returning *`,
};

/** A decision on the same unit that was made later and still stands. Parameters: link, unit, at, id. */
export const laterDecision: Statement<{ id: string }> = {
  name: 'review_later_decision',
  text: `
  select d.id from decision d join conflict c on c.id = d.conflict_id
  where c.link_id = $1 and c.unit = $2 and d.outcome in ('held', 'applied') and (d.at, d.id) > ($3::timestamptz, $4::uuid)
  order by d.at desc limit 1`,
};
