import { publicId } from '../common/public-ids.js';
import { isCovered } from '../common/covered.js';
import type { Veil } from '../common/veil.js';
import type { Target } from '../common/target-answer.js';
import { withTargetNames } from '../common/target-names.js';
import type { Side } from '../core/clock.js';
import { LIFE, type UnitPlan } from '../core/plan.js';
import type { SideLabels } from '../core/policy/words.js';
import type { Json } from '../core/value.js';
import type { ConcernRow } from '../database/sql/lineage/records.js';
import type { UnitEventRow } from '../database/sql/lineage/unit-events.js';
import type { ExplanationDto, LineageEntryDto, RejectedDto, StepDto } from './lineage.dto.js';
import { toldConcern } from './told-concern.js';
import { presentEvent } from './unit-event.js';

export interface Past {
  readonly linkId: number;
  readonly field: string;
  /** `undefined`: the field has left the pipeline. */
  readonly plan: UnitPlan | undefined;
  readonly labels: SideLabels;
  /** Oldest first. */
  readonly events: readonly UnitEventRow[];
  /** The events reach back to the moment the records were linked. */
  readonly complete: boolean;
  readonly startsAt: Date | null;
  readonly concerns: readonly ConcernRow[];
  /** What values of a reference point to, as far as it may be named. */
  readonly targets: readonly Target[];
  readonly veil: Veil;
}

/** All values of a field that its explanation may show. */
export function valuesTold(events: readonly UnitEventRow[], labels: SideLabels, veil: Veil): readonly Json[] {
  return events.flatMap((row) => {
    const { before, after } = presentEvent(row, labels, veil);
    const { x, g } = row.event ?? {};
    if (veil.covers(row.unit)) return [];
    return [before, after, g?.a.v ?? null, g?.b.v ?? null, ...(x ?? []).map(([value]) => value)];
  });
}

/** Why a value stands, from the history alone. What the history does not tell is not said. */
export function explain(past: Past): ExplanationDto {
  const { events, labels, field, targets, veil } = past;
  const named = (text: string): string => (targets.length === 0 ? text : withTargetNames(text, targets));
  const entries = events.map((row) => presentEvent(row, labels, veil));
  const at = entries.findLastIndex((entry, i) => (events[i] as UnitEventRow).rank === 0 && setsHead(entry));
  const standing = at < 0 ? null : (entries[at] as LineageEntryDto);
  const before = entries.slice(0, Math.max(at, 0)).findLastIndex(setsHead);
  const chain = at < 0 ? entries : entries.slice(before + 1);
  const own = past.concerns.filter(({ unit }) => unit === field).map((one) => toldConcern(one, veil));
  // Nobody has settled it anew since: what was decided stands nowhere by itself.
  const undone = at < 0 ? undefined : events.slice(at + 1).findLast(({ event }) => event?.g !== undefined);
  return {
    record: publicId.record(past.linkId),
    field,
    value: standing?.after ?? null,
    standsSince: standing?.recordedAt ?? null,
    sentence: named(
      undone === undefined ? sentenceOf(standing, chain, labels, own) : undoneSentence(undone, labels, veil),
    ),
    because: chain.map((entry, i) => {
      const step = stepOf(entry, i + 1, labels);
      step.why = step.why === null ? null : named(step.why);
      return step;
    }),
    rejected: at < 0 ? [] : rejectedBy(events[at] as UnitEventRow, standing as LineageEntryDto, past),
    wouldChangeIf: wouldChangeIf(past),
    holds: own.map(({ state, reason }) =>
      state === 'held' ? 'a decision waits for its undo window' : named(reason),
    ),
    complete: past.complete,
    historyStartsAt: past.startsAt?.toISOString() ?? null,
    targets: [...targets],
  };
}

function setsHead(entry: LineageEntryDto): boolean {
  switch (entry.kind) {
    case 'linked':
    case 'created':
    case 'policy-change':
      return true;
    // What a restored side does not hold any more has another name since, and the same author.
    case 'authored':
      return entry.how !== 'renamed';
    case 'observed':
      return entry.how === 'forward';
    case 'decided':
      return entry.how === 'decision';
    default:
      return false;
  }
}

function sentenceOf(
  standing: LineageEntryDto | null,
  chain: readonly LineageEntryDto[],
  labels: SideLabels,
  concerns: readonly ConcernRow[],
): string {
  const open = concerns.find(({ state }) => state === 'open');
  const waits = open === undefined ? '' : ` It waits for a person: ${open.reason}.`;
  if (standing === null) return `Nothing is known of how it came to be.${waits}`;
  return `${standingSentence(standing, chain, labels)}${waits}`;
}

/** "Nothing is agreed on: Ann took the decision of Ben back on …: CRM has “a” again, …" */
function undoneSentence(row: UnitEventRow, labels: SideLabels, veil: Veil): string {
  const { g, w } = row.event as NonNullable<UnitEventRow['event']>;
  const values = `${labels.A} had ${said(veil.over<Json>(row.unit, g?.a.v ?? null))} then, ${labels.B} ${said(veil.over<Json>(row.unit, g?.b.v ?? null))}`;
  return `Nothing is agreed on since ${dateOf(row.recorded_at.toISOString())}: ${w ?? ''}. ${values}. A person decides.`;
}

function standingSentence(
  standing: LineageEntryDto,
  chain: readonly LineageEntryDto[],
  labels: SideLabels,
): string {
  const value = said(standing.after);
  const on = dateOf(standing.occurredAt ?? standing.recordedAt);
  switch (standing.kind) {
    case 'observed': {
      const label = labels[standing.side as Side];
      const who = standing.actor === null || standing.actor.name === '' ? 'somebody' : standing.actor.name;
      return `${value} stands: ${who} changed it in ${label} on ${on}, and no other edit stood against it.`;
    }
    case 'decided': {
      const conflict = chain.findLast(({ kind }) => kind === 'conflict');
      const because = conflict?.why === undefined || conflict.why === null ? '' : `, because ${conflict.why}`;
      return `${value} stands: ${standing.actor?.name ?? 'a person'} chose it on ${on}${because}.`;
    }
    case 'linked':
    case 'created':
      return `${value} stands since ${on}: ${standing.why ?? 'it was there from the start'}.`;
    default:
      return `${value} stands since ${on}: ${standing.why ?? standing.how}.`;
  }
}

function stepOf(entry: LineageEntryDto, step: number, labels: SideLabels): StepDto {
  const { kind, side, id, recordedAt, after, actor, why, cause } = entry;
  return {
    step,
    kind,
    system: side === null ? null : labels[side],
    change: id,
    at: recordedAt,
    after,
    actor,
    why,
    conflict: cause.conflict,
    decision: cause.decision,
    revision: cause.revision,
  };
}

function rejectedBy(
  row: UnitEventRow,
  standing: LineageEntryDto,
  { labels, veil }: Pick<Past, 'labels' | 'veil'>,
): RejectedDto[] {
  const reason =
    standing.cause.decision === null ? (standing.why ?? standing.how) : `decision ${standing.cause.decision}`;
  return (row.event?.x ?? []).map(([value, dot]) => ({
    value: veil.over<Json>(row.unit, value),
    from: dot.startsWith('A') ? labels.A : dot.startsWith('B') ? labels.B : null,
    reason,
  }));
}

function wouldChangeIf({ plan, labels, field }: Past): string[] {
  if (plan === undefined) return ['the field becomes part of the pipeline again'];
  if (plan.key === LIFE) return [`the record is deleted or made in ${labels.A} or ${labels.B}`];
  if (plan.contextOnly) return [`a system changes ${field}; it is only read, by rules`];
  const policy = 'the policy of the field is changed, and then an edit comes';
  if (plan.direction !== 'both')
    return [`${labels[plan.direction === 'AtoB' ? 'A' : 'B']} changes ${field}`, policy];
  if (plan.policy.strategy === 'owner' && plan.policy.onForeignEdit !== 'accept') {
    const owner = labels[plan.policy.owner];
    const also =
      plan.policy.onForeignEdit === 'review' ? [`a person lets an edit from elsewhere through`] : [];
    return [`${owner}, which owns it, changes ${field}`, ...also, policy];
  }
  return [
    `${labels.A} or ${labels.B} changes ${field}`,
    'a person undoes or makes a decision about it',
    policy,
  ];
}

function said(value: Json): string {
  if (isCovered(value)) return 'A value that is covered';
  if (value === null) return 'A blank';
  const text = typeof value === 'string' ? `“${value}”` : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 79).toWellFormed()}…` : text;
}

function dateOf(time: string): string {
  return `${time.slice(0, 10)} at ${time.slice(11, 16)} UTC`;
}
