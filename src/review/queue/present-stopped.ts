import { publicId } from '../../common/public-ids.js';
import type { Veil } from '../../common/veil.js';
import type { Plain } from '../../common/version-answer.js';
import type { GuardTripRow } from '../../database/sql/guards.js';
import type { ConflictRow, GuardFacts } from '../../database/sql/review/conflict-rows.js';
import type { PlainConflict, PlainSummary } from '../personal-item.js';
import { presentItem } from './present-item.js';
import type { GuardItemDto, HaltChoice, HaltItemDto } from './stopped.dto.js';
import type { ActionDto, ActivityDto, WorkDto } from './work.dto.js';

/** Guards that tripped and pipelines that halted, as they stand in the queue beside conflicts. */
export function presentStoppedSummary(row: ConflictRow, work: WorkDto): PlainSummary {
  const labels = { A: row.label_a ?? 'A', B: row.label_b ?? 'B' };
  return {
    ...presentItem(row, work),
    id: itemId(row),
    record: null,
    title: row.guard === null ? `${row.pipeline} is halted` : guardTitle(row.guard, labels),
    reason: row.guard === null ? row.reason : guardReason(row.guard, labels),
    base: null,
    candidates: [],
    actions: row.state === 'open' ? actionsOf(row) : [],
  };
}

export function presentStopped(
  row: ConflictRow,
  work: WorkDto,
  trip: GuardTripRow | null,
  activity: readonly ActivityDto[],
  veil: Veil,
): PlainConflict {
  const summary: Plain<PlainSummary> = presentStoppedSummary(row, work);
  return {
    ...summary,
    match: null,
    guard: trip === null ? null : presentTrip(trip, veil),
    halt: row.subject === 'halt' ? presentHalt(row) : null,
    recordIds: { A: null, B: null },
    systems: { A: row.label_a ?? 'A', B: row.label_b ?? 'B' },
    policy: { strategy: row.kind, sentence: WHAT_IT_MEANS[row.subject] },
    revision: row.revision,
    why: summary.reason,
    merged: null,
    effects: {},
    decisions: [],
    others: [],
    activity: [...activity],
  };
}

/** `cf_`, `grd_` or `hlt_` and the key. */
export function itemId({ id, subject }: Pick<ConflictRow, 'id' | 'subject'>): string {
  switch (subject) {
    case 'conflict':
      return publicId.conflict(id);
    case 'guard':
      return publicId.guard(id);
    case 'halt':
      return publicId.halt(id);
  }
}

const WHAT_IT_MEANS: Readonly<Record<ConflictRow['subject'], string>> = {
  conflict: '',
  guard:
    'release: it was meant, everything that is held goes on its way. discard: it was not, what the other side still has is given back',
  halt: 'nothing is read or written before a person says how to go on',
};

function actionsOf(row: ConflictRow): ActionDto[] {
  const pipeline = `/api/v1/pipelines/${encodeURIComponent(row.pipeline)}`;
  const post = (name: string, path: string, body: Readonly<Record<string, unknown>> = {}): ActionDto => ({
    name,
    method: 'POST',
    path,
    needs: 'ops:run',
    body,
  });
  if (row.subject === 'guard')
    return ['release', 'discard'].map((name) =>
      post(name, `${pipeline}/guards/${publicId.guard(row.id)}/${name}`),
    );
  return choicesOf(row).map((name) =>
    post(name, `${pipeline}/resume`, name === 'resume' ? {} : { restored: name }),
  );
}

/** A side that was restored must be spoken about; else a halt is only gone on from. */
function choicesOf({ restored }: ConflictRow): readonly HaltChoice[] {
  return restored.length === 0 ? ['resume'] : ['give-back', 'take'];
}

function presentHalt(row: ConflictRow): HaltItemDto {
  return { detail: row.reason, restored: [...row.restored], choices: [...choicesOf(row)] };
}

function presentTrip(
  { id, kind, window_ms, sample, ...trip }: GuardTripRow,
  veil: Veil,
): Plain<GuardItemDto> {
  const { side, subject, count, most, linked, held } = trip;
  return {
    id: publicId.guard(id),
    side,
    guard: kind,
    subject,
    count,
    most,
    linked,
    windowMs: window_ms,
    held,
    answeredBy: trip.closed_by,
    note: trip.note,
    sample: sample.map((one) => ({
      ...one,
      record: publicId.record(one.record),
      before: veil.over(one.unit, one.before),
      after: veil.over(one.unit, one.after),
    })),
  };
}

function guardTitle(
  { kind, side, subject }: GuardFacts,
  labels: Readonly<Record<'A' | 'B', string>>,
): string {
  switch (kind) {
    case 'deletes':
      return `Many deletions in ${labels[side]}`;
    case 'blanking':
      return `${subject} was wiped in many records of ${labels[side]}`;
    case 'overwrite':
      return `${subject} changed many records of ${labels[side]}`;
    case 'canary':
      return `The canary ${subject} is missing in ${labels[side]}`;
  }
}

function guardReason(
  { kind, count, most, side }: GuardFacts,
  labels: Readonly<Record<'A' | 'B', string>>,
): string {
  const other = labels[side === 'A' ? 'B' : 'A'];
  const held = `what was done is held back from ${other} until a person lets it through or takes it back`;
  return kind === 'canary' ? held : `${String(count)} records where ${String(most)} pass: ${held}`;
}
