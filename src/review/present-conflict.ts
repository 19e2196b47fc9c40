import { publicId } from '../common/public-ids.js';
import { COVERED } from '../common/covered.js';
import type { Veil } from '../common/veil.js';
import { versionAnswer, type Plain } from '../common/version-answer.js';
import { parseJson } from '../core/canon/parse-json.js';
import { readUnit } from '../core/at-rest.js';
import { readCandidates, type StoredCandidate } from '../core/conflict-at-rest.js';
import { LIFE, type Plan, type UnitPlan } from '../core/plan.js';
import { policyData, policyInWords, type SideLabels } from '../core/policy/words.js';
import type { Unit } from '../core/unit.js';
import type { Canon, Json } from '../core/value.js';
import type { ConflictRow, SiblingRow } from '../database/sql/review/conflict-rows.js';
import type { DecisionRow } from '../database/sql/review/decisions.js';
import type { CandidateDto, EffectsDto } from './conflict.dto.js';
import { isLinked, type Linked } from '../database/sql/review/registers.js';
import { effectOf } from './effects.js';
import { presentMatchSummary } from './match/present-match.js';
import { presentDecision } from './present-decision.js';
import { decideActions, etagOf, presentItem } from './queue/present-item.js';
import type { PlainConflict, PlainSummary } from './personal-item.js';
import { shownCandidates } from './shown-candidates.js';
import type { ActivityDto, WorkDto } from './queue/work.dto.js';
import { suggestedMerge } from './suggested-merge.js';
import { unitPlanOf } from './unit-plan.js';

/** A list shows this much of a value; the conflict itself shows all of it. */
const LIST_CHARACTERS = 1_000;

type Summary = Omit<PlainSummary, 'candidates'> & { candidates: Plain<CandidateDto>[] };

interface Read {
  readonly plan: UnitPlan | undefined;
  readonly unit: Unit | null;
  readonly stored: readonly StoredCandidate[];
  readonly shown: readonly StoredCandidate[];
  readonly labels: SideLabels;
}

export function presentSummary(row: ConflictRow, plan: Plan, work: WorkDto, veil: Veil): PlainSummary {
  if (!isLinked(row)) return presentMatchSummary(row, plan, work, veil);
  const read = readRow(row, plan);
  const summary = summaryOf(row, read, work, veil);
  if (veil.covers(row.unit)) return summary;
  return {
    ...summary,
    base: summary.base === null ? null : { value: shortened(summary.base.value).value },
    candidates: summary.candidates.map((candidate) => {
      const { value, truncated } = shortened(candidate.value);
      return truncated ? { ...candidate, value, raw: shortened(candidate.raw).value, truncated } : candidate;
    }),
  };
}

export function presentConflict(
  row: Linked<ConflictRow>,
  plan: Plan,
  {
    decisions,
    others,
    work,
    activity,
    veil,
  }: {
    readonly decisions: readonly DecisionRow[];
    readonly others: readonly SiblingRow[];
    readonly work: WorkDto;
    readonly activity: readonly ActivityDto[];
    readonly veil: Veil;
  },
): PlainConflict {
  const read = readRow(row, plan);
  const { labels } = read;
  const merged =
    read.plan === undefined || row.state === 'closed'
      ? null
      : suggestedMerge(read.plan, row.base, read.stored);
  const sentence =
    read.plan === undefined
      ? 'the field is no longer part of the pipeline'
      : policySentence(read.plan, plan, labels);
  return {
    ...summaryOf(row, read, work, veil),
    match: null,
    guard: null,
    halt: null,
    recordIds: { A: row.a_id, B: row.b_id },
    systems: { A: labels.A, B: labels.B },
    policy: { ...(read.plan === undefined ? { strategy: 'removed' } : strategyOf(read.plan)), sentence },
    revision: row.revision,
    why: `${capitalised(row.reason)}. Policy of ${row.unit === LIFE ? 'deletes' : row.unit} in ${row.pipeline}, revision ${row.revision}: ${sentence}.`,
    merged: merged === null ? null : { value: veil.over<Json>(row.unit, merged.value) },
    effects: effectsOf(row, read, merged),
    decisions: decisions.map((decision) => presentDecision(decision, veil)),
    others: others.map(({ id, unit, state, reason, rev }) => ({
      id: publicId.conflict(id),
      unit,
      state,
      reason,
      etag: etagOf({ rev, state }),
    })),
    activity: [...activity],
  };
}

function readRow(row: ConflictRow, plan: Plan): Read {
  const unitPlan = unitPlanOf(plan, row.unit);
  const stored = readCandidates(row.candidates, row.base);
  // The registers of a closed conflict have moved on: it shows what it was about.
  const isCurrent = row.clock !== null && row.state !== 'closed' && unitPlan !== undefined;
  const field = row.field === null ? undefined : parseJson(row.field);
  const unit = isCurrent ? readUnit(row.clock, field, row.open ?? undefined) : null;
  return {
    plan: unitPlan,
    unit,
    stored,
    shown: shownCandidates(stored, unit),
    labels: { A: row.label_a ?? plan.sides.A.label, B: row.label_b ?? plan.sides.B.label },
  };
}

/** How a conflict is answered; nothing while it is decided or closed. */
function summaryOf(row: Linked<ConflictRow>, read: Read, work: WorkDto, veil: Veil): Summary {
  return {
    ...presentItem(row, work),
    id: publicId.conflict(row.id),
    record: publicId.record(row.link_id),
    title: veil.title(row.title, row.a_id ?? row.b_id ?? publicId.record(row.link_id), row.revision),
    reason: row.reason,
    base: row.base === null ? null : { value: veil.over<Json>(row.unit, row.base.value) },
    candidates: read.shown.map((candidate) => presentCandidate(candidate, read, veil.covers(row.unit))),
    actions: decideActions(row),
  };
}

function presentCandidate(
  candidate: StoredCandidate,
  { plan, labels }: Read,
  covered: boolean,
): Plain<CandidateDto> {
  const { key, side } = candidate;
  return {
    key,
    side,
    label: labelOf(candidate, plan, labels),
    ...versionAnswer(candidate, covered ? COVERED : rawOf(candidate, plan)),
    ...(covered && { value: COVERED }),
  };
}

function labelOf(
  { key, side, value, by }: StoredCandidate,
  plan: UnitPlan | undefined,
  labels: SideLabels,
): string {
  switch (key) {
    case 'a':
    case 'b': {
      const label = labels[key === 'a' ? 'A' : 'B'];
      if (plan?.key !== LIFE) return label;
      return value === 'deleted' ? `deleted in ${label}` : `kept in ${label}`;
    }
    case 'decision':
      return by === null ? 'decided earlier' : `decided earlier by ${by.name}`;
    case 'recovered':
      return side === null ? 'earlier value' : `overwritten in ${labels[side]}`;
    case 'head':
      return 'Accord';
  }
}

/** What the side holds, or would hold; `null` where the mapping cannot say. */
function rawOf({ side, raw, value }: StoredCandidate, plan: UnitPlan | undefined): Json {
  // Of a record's existence it is the mark of its row (core/archive.ts).
  if (plan?.key === LIFE && Array.isArray(raw)) return (raw[0] as Json | undefined) ?? null;
  if (raw !== undefined) return raw;
  if (side === null || plan === undefined) return null;
  try {
    return plan.put(side, value, undefined);
  } catch {
    return null;
  }
}

function effectsOf(
  row: ConflictRow,
  { plan, unit, shown, labels }: Read,
  merged: { readonly value: Canon } | null,
): EffectsDto {
  if (plan === undefined || unit === null) return {};
  const effect = (value: Canon): string => effectOf(plan, unit, value, labels);
  const a = shown.find(({ key }) => key === 'a');
  const b = shown.find(({ key }) => key === 'b');
  return {
    ...(a !== undefined && { a: effect(a.value) }),
    ...(b !== undefined && { b: effect(b.value) }),
    ...(row.base !== null && { base: effect(row.base.value) }),
    ...(merged !== null && { merged: effect(merged.value) }),
  };
}

function policySentence(unit: UnitPlan, plan: Plan, labels: SideLabels): string {
  if (unit.key !== LIFE) return policyInWords(unit, labels);
  const { aDeleted, bDeleted, deleteVsEdit } = plan.life;
  return `deleted in ${labels.A}: ${aDeleted}; deleted in ${labels.B}: ${bDeleted}; deleted on one side and edited on the other: ${deleteVsEdit}`;
}

function strategyOf(plan: UnitPlan): { readonly strategy: string } {
  return { ...policyData(plan.policy), strategy: plan.policy.strategy };
}

function shortened(value: Json): { readonly value: Json; readonly truncated?: true } {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (text.length <= LIST_CHARACTERS) return { value };
  return { value: `${text.slice(0, LIST_CHARACTERS).toWellFormed()}…`, truncated: true };
}

function capitalised(sentence: string): string {
  return sentence.slice(0, 1).toUpperCase() + sentence.slice(1);
}
