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
  /** Shared by decisions that were made as one. */
  readonly set_id: string | null;
  readonly redo_of: string | null;
  /** How many were made as one; absent where it was not asked for. */
  readonly together?: number;
}

const together = `case when d.set_id is null then 1 else (select count(*)::int from decision o where o.set_id = d.set_id) end as together`;

/** Parameters: id. */
export const decisionById: Statement<DecisionRow & { readonly pipeline_id: number }> = {
  name: 'review_decision_by_id',
  text: `select d.*, ${together}, c.pipeline_id from decision d join conflict c on c.id = d.conflict_id where d.id = $1`,
};

/** Parameters: conflict. */
export const decisionsOfConflict: Statement<DecisionRow> = {
  name: 'review_decisions_of_conflict',
  text: `select d.*, ${together} from decision d where d.conflict_id = $1 order by d.at, d.id limit 200`,
};

/** Parameters: id, conflict, conflict rev, link, unit, shown, take, value, note, by, at ms, undo until ms, person, set, redo of. */
export const insertDecision: Statement<DecisionRow> = {
  name: 'review_insert_decision',
  text: `
  insert into decision (id, conflict_id, conflict_rev, link_id, unit, shown, take, value, note, by, at, undo_until, outcome, person_id, set_id, redo_of)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, to_timestamp($11::float8 / 1000), to_timestamp($12::float8 / 1000), 'held', $13, $14, $15)
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

/** All that were made as one, the last first. Parameters: set. */
export const decisionsOfSet: Statement<DecisionRow & { readonly pipeline_id: number }> = {
  name: 'review_decisions_of_set',
  text: `
  select d.*, c.pipeline_id from decision d join conflict c on c.id = d.conflict_id where d.set_id = $1 order by d.id desc limit 1000`,
};
