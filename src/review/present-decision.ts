import { publicId } from '../common/public-ids.js';
import type { Plain } from '../common/version-answer.js';
import type { DecisionRow } from '../database/sql/review/decisions.js';
import type { DecisionDto, UndoneSidesDto } from './decision.dto.js';

/** @param undone what became of the sides, in the answer to an undo after the write */
export function presentDecision(row: DecisionRow, undone?: UndoneSidesDto): Plain<DecisionDto> {
  return {
    id: publicId.decision(row.id),
    conflict: publicId.conflict(row.conflict_id),
    take: row.take,
    value: row.value,
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
