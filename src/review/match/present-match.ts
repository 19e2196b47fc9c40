import { publicId } from '../../common/public-ids.js';
import type { Plain } from '../../common/version-answer.js';
import type { Json } from '../../core/value.js';
import type { Plan } from '../../core/plan.js';
import type { ConflictRow } from '../../database/sql/review/conflict-rows.js';
import type { DecisionRow } from '../../database/sql/review/decisions.js';
import type { CandidateDto, ConflictDto, ConflictSummaryDto } from '../conflict.dto.js';
import { presentDecision } from '../present-decision.js';
import type { MatchDto } from './match.dto.js';

const PRIORITIES = ['urgent', 'high', 'normal', 'low'] as const;
const WHAT_IT_MEANS =
  'link: the two are one record from now on. create: it is made on the other side. apart: both stay as they are, and are never linked by a rule';

/** A match as it stands in the queue: names in place of values. */
export function presentMatchSummary(row: ConflictRow, plan: Plan): Plain<ConflictSummaryDto> {
  const names = row.candidates as readonly {
    readonly key: string;
    readonly side: 'A' | 'B';
    readonly v: Json;
  }[];
  return {
    id: publicId.conflict(row.id),
    pipeline: row.pipeline,
    record: null,
    title: row.title,
    unit: row.unit,
    kind: row.kind,
    reason: row.reason,
    state: row.state,
    rev: row.rev,
    priority: PRIORITIES[row.priority] ?? 'normal',
    openedAt: row.opened_at.toISOString(),
    changedAt: row.changed_at.toISOString(),
    base: null,
    candidates: names.map(({ key, side, v }): Plain<CandidateDto> => ({
      key,
      side,
      label: (side === 'A' ? row.label_a : row.label_b) ?? plan.sides[side].label,
      value: v,
      raw: v,
      clock: {},
      by: null,
      at: null,
    })),
  };
}

export function presentMatch(
  row: ConflictRow,
  plan: Plan,
  match: MatchDto | null,
  decisions: readonly DecisionRow[],
): ConflictDto {
  return {
    ...presentMatchSummary(row, plan),
    match,
    recordIds: {
      A: match?.side === 'A' ? match.id : null,
      B: match?.side === 'B' ? match.id : null,
    },
    systems: { A: row.label_a ?? plan.sides.A.label, B: row.label_b ?? plan.sides.B.label },
    policy: { strategy: 'match', sentence: WHAT_IT_MEANS },
    revision: row.revision,
    why: `${row.reason.slice(0, 1).toUpperCase()}${row.reason.slice(1)}. ${row.pipeline}, revision ${String(row.revision)}.`,
    merged: null,
    effects: {},
    decisions: decisions.map((decision) => presentDecision(decision)),
    others: [],
    closeReason: row.close_reason,
  };
}
