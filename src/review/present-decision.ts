import { publicId } from '../common/public-ids.js';
import type { Veil } from '../common/veil.js';
import type { Plain } from '../common/version-answer.js';
import type { Json } from '../core/value.js';
import type { DecisionRow } from '../database/sql/review/decisions.js';
import type { DecisionDto, UndoneSidesDto } from './decision.dto.js';

/** @param undone what became of the sides, in the answer to an undo after the write */
export function presentDecision(row: DecisionRow, veil: Veil, undone?: UndoneSidesDto): Plain<DecisionDto> {
  return {
    id: publicId.decision(row.id),
    conflict: publicId.conflict(row.conflict_id),
    take: row.take,
    // Of a match it is the id of a record.
    value: row.link_id === null ? row.value : veil.over<Json>(row.unit, row.value),
    note: row.note,
    by: row.by,
    at: row.at.toISOString(),
    undoUntil: row.undo_until.toISOString(),
    outcome: row.outcome,
    together: row.together ?? 1,
    redoOf: row.redo_of === null ? null : publicId.decision(row.redo_of),
    ...(undone !== undefined && { undone }),
  };
}
