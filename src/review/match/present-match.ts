import { publicId } from '../../common/public-ids.js';
import type { Veil } from '../../common/veil.js';
import type { Plain } from '../../common/version-answer.js';
import type { Json } from '../../core/value.js';
import type { Plan } from '../../core/plan.js';
import type { ConflictRow } from '../../database/sql/review/conflict-rows.js';
import type { DecisionRow } from '../../database/sql/review/decisions.js';
import type { CandidateDto } from '../conflict.dto.js';
import type { PlainConflict, PlainSummary } from '../personal-item.js';
import { presentDecision } from '../present-decision.js';
import { decideActions, presentItem } from '../queue/present-item.js';
import type { ActivityDto, WorkDto } from '../queue/work.dto.js';
import type { MatchCandidateDto, MatchDto } from './match.dto.js';

/** In place of a name that is not shown. */
const A_RECORD = 'A record';

const WHAT_IT_MEANS =
  'link: the two are one record from now on. create: it is made on the other side. apart: both stay as they are, and are never linked by a rule';

/** A match as it stands in the queue: names in place of values. */
export function presentMatchSummary(
  row: ConflictRow,
  plan: Plan,
  work: WorkDto,
  veil: Veil,
): Plain<PlainSummary> {
  const names = row.candidates as readonly {
    readonly key: string;
    readonly side: 'A' | 'B';
    readonly v: Json;
  }[];
  return {
    ...presentItem(row, work),
    id: publicId.conflict(row.id),
    record: null,
    title: veil.title(row.title, A_RECORD, row.revision),
    reason: row.reason,
    base: null,
    candidates: names.map(({ key, side, v }): Plain<CandidateDto> => ({
      key,
      side,
      label: (side === 'A' ? row.label_a : row.label_b) ?? plan.sides[side].label,
      value: veil.overName<Json>(v, row.revision),
      raw: veil.overName<Json>(v, row.revision),
      clock: {},
      by: null,
      at: null,
    })),
    actions: decideActions(row),
  };
}

export function presentMatch(
  row: ConflictRow,
  plan: Plan,
  match: MatchDto | null,
  {
    decisions,
    work,
    activity,
    veil,
  }: {
    readonly decisions: readonly DecisionRow[];
    readonly work: WorkDto;
    readonly activity: readonly ActivityDto[];
    readonly veil: Veil;
  },
): PlainConflict {
  return {
    ...presentMatchSummary(row, plan, work, veil),
    match: match === null ? null : veiled(match, veil, row.revision),
    guard: null,
    halt: null,
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
    decisions: decisions.map((decision) => presentDecision(decision, veil)),
    others: [],
    activity: [...activity],
  };
}

function veiled(match: Plain<MatchDto>, veil: Veil, revision: number): MatchDto {
  return {
    ...match,
    values: veil.overAll(match.values),
    candidates: match.candidates.map((one: Plain<MatchCandidateDto>) => ({
      ...one,
      title: veil.title(one.title, one.id, revision),
      values: veil.overAll(one.values),
    })),
  };
}
