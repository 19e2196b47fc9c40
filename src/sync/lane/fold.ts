import type { LogEntry, RecordState as SideRecord } from '../../connectors/connector.js';
import { rawOf } from '../../core/at-rest.js';
import { dotText, type Side } from '../../core/clock.js';
import { LIFE, type UnitPlan } from '../../core/plan.js';
import { relearn } from '../../core/relearn.js';
import { withDoubt, type Stamp } from '../../core/stamp.js';
import { image, type Unit } from '../../core/unit.js';
import { jsonEqual, type Raw } from '../../core/value.js';
import type { RunningPipeline } from '../running-pipeline.js';
import { keyOfEntry, keyOfState } from './bulk-edits.js';
import type { FoldContext } from './fold-context.js';
import { foldMark, foldShownLife, moveLife } from './fold-life.js';
import { lineageDraft, type LineageDraft } from './lineage.js';
import type { RecordState } from './record-state.js';
import { moveUnit, plainValue } from './move-unit.js';

/**
 * Folds one source transaction's entries for one record into its registers. Values inside a transaction never stood: each unit ticks at
 * most once. Entries of one record that precede our own write in the log (their position is below the one read under its row locks)
 * are history: the write's condition held, so they had gone back to what it expected.
 */
export function foldTransaction(
  record: RecordState,
  side: Side,
  entries: readonly LogEntry[],
  context: FoldContext,
): void {
  const last = entries[entries.length - 1] as LogEntry;
  const draft = lineageDraft('observed', side);
  draft.at = last.at - context.pipeline.ends[side].clock.offsetMs;
  draft.by = last.by;
  draft.tx = last.tx;
  let after: Readonly<Record<string, Raw>> = {};
  let before = null as Readonly<Record<string, Raw>> | null;
  let gone = false;
  let appeared = false;
  for (const entry of entries) {
    if (entry.op === 'rekey' && entry.oldId !== null) {
      record.rekeyed.push({ side, from: entry.oldId, to: entry.id });
      record.ids[side] = entry.id;
    }
    gone = entry.op === 'delete';
    appeared ||= entry.op === 'insert';
    before = before === null ? entry.before : { ...(entry.before ?? {}), ...before };
    after = entries.length === 1 ? (entry.after ?? {}) : { ...after, ...entry.after };
  }
  record.appeared ||= appeared && !gone;
  const { lastWrite } = context;
  if (lastWrite?.kind === 'create' && last.position <= lastWrite.position) {
    // Made and gone again under the same id before ours was made: the ids of what stands now are ours.
    draft.units[LIFE] = {
      v: gone ? 'deleted' : 'live',
      k: 'superseded',
      w: 'before the record was made anew',
    };
    record.lineage.push(draft);
    return;
  }
  if (lastWrite?.kind === 'delete' && last.position <= lastWrite.position) {
    // The record was deleted as it was known: whatever had been done to it, to its existence or a field, had been undone again.
    const w = 'undone again before the record was deleted';
    for (const [plan, members] of groupByUnit(context.pipeline, side, after)) {
      const unit = record.units.get(plan.key);
      if (unit === undefined) continue;
      draft.units[plan.key] = {
        v: plainValue(plan, side, rawWith(plan, side, unit, members)),
        k: 'superseded',
        w,
      };
    }
    if (gone || appeared) draft.units[LIFE] = { v: gone ? 'deleted' : 'live', k: 'superseded', w };
    if (Object.keys(draft.units).length > 0) record.lineage.push(draft);
    return;
  }
  const seen = { stamp: stampOf(last, side, context), by: last.by };
  if (gone) {
    moveLife(record, side, { value: 'deleted', ...seen }, draft);
  } else {
    const returned = appeared && image(record.life(), side).value === 'deleted';
    const mark = context.pipeline.plan.archive?.[side];
    if (mark === undefined || after[mark.column] === undefined) {
      if (returned) moveLife(record, side, { value: 'live', ...seen }, draft);
    } else {
      const told = !appeared && context.toldBefore(last) ? { ...before } : null;
      foldMark(record, side, mark, { after, before: told, entry: last, ...seen }, draft, context);
    }
    const again = returned && image(record.life(), side).value === 'live';
    // That a record was made which stood there when it was read is no news; its first values may have been typed over since.
    const told = !again && context.toldBefore(last);
    foldColumns(record, side, after, told ? { ...before } : null, last, draft, context);
  }
  if (Object.keys(draft.units).length > 0) record.lineage.push(draft);
}

/** Folds a state that was read (not logged): whatever differs from what is held was changed by somebody. */
export function foldState(
  record: RecordState,
  side: Side,
  state: SideRecord,
  read: { readonly start: number; readonly end: number; readonly previous: number | null },
  context: FoldContext,
): void {
  const draft = lineageDraft('observed', side);
  const { clock } = context.pipeline.ends[side];
  const modified = state.modifiedAt === null ? null : state.modifiedAt - clock.offsetMs;
  const hi = modified === null ? read.end : Math.min(modified + clock.errorMs + 1, read.end);
  const interval: Stamp | null =
    modified === null && read.previous === null ? null : [Math.min(read.previous ?? hi, hi), hi];
  const stamp =
    interval === null
      ? null
      : withDoubt(
          interval,
          (modified ?? hi) - clock.errorMs,
          read.end,
          context.bulk.has(keyOfState(state) ?? ''),
        );
  draft.at = modified;
  draft.by = state.by;
  foldShownLife(record, side, state, stamp, draft, context);
  const groups = groupByUnit(context.pipeline, side, state.values);
  for (const [plan, members] of groups) {
    const unit = record.units.get(plan.key);
    if (unit === undefined) continue;
    const raw = rawWith(plan, side, unit, members);
    if (context.anew?.has(plan.key) === true) {
      relearnUnit(record, plan, side, raw, stamp, draft);
      continue;
    }
    if (jsonEqual(raw, rawOf(plan, side, image(unit, side)))) continue;
    moveUnit(record, plan, side, raw, stamp, state.by, false, draft);
  }
  if (Object.keys(draft.units).length > 0) record.lineage.push(draft);
}

/** The record is not there any more, found by a read. */
export function foldAbsence(record: RecordState, side: Side, at: number): void {
  const draft = lineageDraft('observed', side);
  draft.at = at;
  moveLife(record, side, { value: 'deleted', stamp: null, by: null }, draft);
  if (Object.keys(draft.units).length > 0) record.lineage.push(draft);
}

/** @param before what stood there before, where only what continues what is held counts */
function foldColumns(
  record: RecordState,
  side: Side,
  after: Readonly<Record<string, Raw>>,
  before: Readonly<Record<string, Raw>> | null,
  entry: LogEntry,
  draft: LineageDraft,
  context: FoldContext,
): void {
  const { pipeline, lastWrite } = context;
  const stamp = stampOf(entry, side, context);
  for (const [plan, members] of groupByUnit(pipeline, side, after)) {
    const unit = record.units.get(plan.key);
    if (unit === undefined) continue;
    const held = rawOf(plan, side, image(unit, side));
    const raw = rawWith(plan, side, unit, members);
    if (before !== null && !continues(plan, held, members, before)) continue;
    const ours = lastWrite !== null && entry.batchId === String(lastWrite.batchId);
    const attempted = lastWrite?.item?.u[plan.key];
    if (attempted !== undefined && lastWrite !== null && !ours && entry.position <= lastWrite.position) {
      draft.units[plan.key] = {
        v: plainValue(plan, side, raw),
        k: 'superseded',
        w: 'undone again before our write arrived',
      };
      continue;
    }
    const stale =
      attempted !== undefined &&
      lastWrite !== null &&
      !ours &&
      Object.keys(after).length > members.length &&
      entry.at - pipeline.ends[side].clock.offsetMs - lastWrite.settledAt <=
        pipeline.ends[side].staleFormMs &&
      jsonEqual(raw, attempted[2]);
    moveUnit(record, plan, side, raw, stamp, entry.by, stale, draft);
  }
}

/** The side's field is another one than it was: its value shares no past with what is held. */
function relearnUnit(
  record: RecordState,
  plan: UnitPlan,
  side: Side,
  raw: Raw,
  stamp: Stamp | null,
  draft: LineageDraft,
): void {
  const unit = record.units.get(plan.key) as Unit;
  const value = plainValue(plan, side, raw);
  const before = image(unit, side).value;
  const learned = relearn(plan, unit, side, value, raw, stamp);
  record.units.set(plan.key, { ...learned.unit, blocked: null });
  const w = 'the field was made anew on this side';
  draft.units[plan.key] =
    learned.kind === 'event'
      ? { o: before, v: value, d: dotText(learned.dot), c: '', k: 'observed', w }
      : { o: before, v: value, k: 'relearned', w };
}

/** The changed columns by the unit they belong to, in the order of the columns. */
export function groupByUnit(
  pipeline: RunningPipeline,
  side: Side,
  values: Readonly<Record<string, Raw>>,
): ReadonlyMap<UnitPlan, readonly (readonly [field: string, raw: Raw, column: string])[]> {
  const groups = new Map<UnitPlan, (readonly [string, Raw, string])[]>();
  const { column } = pipeline.plan.sides[side];
  for (const name in values) {
    const use = column.get(name);
    // The mark of a deleted row is no value of the record (fold-life.ts).
    if (use === undefined || use.unit === LIFE) continue;
    const plan = pipeline.plan.unit.get(use.unit) as UnitPlan;
    const members = groups.get(plan);
    const member = [use.field, values[name] as Raw, name] as const;
    if (members === undefined) groups.set(plan, [member]);
    else members.push(member);
  }
  return groups;
}

export function rawWith(
  plan: UnitPlan,
  side: Side,
  unit: Unit,
  members: readonly (readonly [string, Raw, string])[],
): Raw {
  if (!plan.isGroup) return (members[0] as readonly [string, Raw, string])[1];
  const held = rawOf(plan, side, image(unit, side)) as Readonly<Record<string, Raw>>;
  return { ...held, ...Object.fromEntries(members.map(([field, raw]) => [field, raw])) };
}

function continues(
  plan: UnitPlan,
  held: Raw,
  members: readonly (readonly [string, Raw, string])[],
  before: Readonly<Record<string, Raw>>,
): boolean {
  return members.every(([field, , column]) => {
    const was = plan.isGroup ? (held as Readonly<Record<string, Raw>>)[field] : held;
    return jsonEqual(was, before[column]);
  });
}

function stampOf(entry: LogEntry, side: Side, { pipeline, now, bulk }: FoldContext): Stamp {
  const { offsetMs, errorMs } = pipeline.ends[side].clock;
  const time = entry.at - offsetMs;
  const earliest = time - errorMs;
  return withDoubt([earliest, time + errorMs], earliest, now, bulk.has(keyOfEntry(entry)));
}
