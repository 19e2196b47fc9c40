import type { ClientBase } from 'pg';
import type { Endpoint, ItemException } from '../../connectors/connector.js';
import { isArchived, lifeOfRow, withoutRow } from '../../core/archive.js';
import { rawOf } from '../../core/at-rest.js';
import { acknowledge, holdsBack } from '../../core/author.js';
import { dotText, SIDES, vectorText, type Side } from '../../core/clock.js';
import { holdBack, refuseBack } from '../../core/give-back.js';
import { LIFE_UNIT } from '../../core/life.js';
import { observe, withImage } from '../../core/observe.js';
import { LIFE, type UnitPlan } from '../../core/plan.js';
import { refusedBy } from '../../core/push.js';
import { image, incorporated, type Image, type Unit } from '../../core/unit.js';
import type { Raw } from '../../core/value.js';
import type { BatchRow } from '../../database/sql/lane/batches.js';
import type { RunningPipeline } from '../running-pipeline.js';
import type { BatchLog } from './batch-log.js';
import { groupByUnit } from './fold.js';
import { lineageDraft, type LineageDraft } from './lineage.js';
import { restoreImage, type PayloadItem, type PreImage } from './payload.js';
import type { RecordState } from './record-state.js';

/** What stands between a record and its next write to a side. */
export interface WriteGate {
  /** A write is on its way and its end is not known: registers may move, nothing may be authored. */
  readonly unsettled: boolean;
  /** Per side: everything that preceded our last write has been read. */
  readonly covered: Readonly<Record<Side, boolean>>;
}

/**
 * Brings a record's registers to what is known of the last batches that touched it. At rest an acknowledged batch needs nothing (both
 * sides hold head, as stored). A batch that is not settled, or that died, left the side with what the payload says it held before.
 */
export async function applyBatchStates(
  client: Pick<ClientBase, 'query'>,
  pipeline: RunningPipeline,
  log: BatchLog,
  record: RecordState,
  cursors: Readonly<Record<Side, unknown>>,
): Promise<WriteGate> {
  let unsettled = false;
  const covered = { A: true, B: true };
  for (const side of SIDES) {
    const id = record.att[side];
    const batch = id === null ? undefined : log.get(id);
    if (id === null || batch === undefined) continue;
    if (batch.state === 'acked') {
      covered[side] = isCovered(pipeline.ends[side].endpoint, cursors[side], batch);
      continue;
    }
    const item = (await log.payload(client, id)).get(record.linkId);
    if (batch.state === 'dead') {
      takeBack(pipeline, record, side, batch, item);
      record.att[side] = null;
      record.dirty = true;
    } else {
      unsettled = true;
      const held = new Map(record.units);
      takeBack(pipeline, record, side, batch, item);
      noteTakenBack(record, side, held);
    }
  }
  return { unsettled, covered };
}

export function isCovered(endpoint: Endpoint, cursor: unknown, batch: BatchRow): boolean {
  if (!endpoint.capabilities.orderedLog || batch.mark === null) return true;
  return cursor !== null && endpoint.covers(cursor as never, batch.mark);
}

/** The side still holds what it held before the batch, except where an image of its own was stored since. */
function takeBack(
  pipeline: RunningPipeline,
  record: RecordState,
  side: Side,
  batch: BatchRow,
  item: PayloadItem | undefined,
): void {
  if (batch.kind !== 'update') {
    const life = record.life();
    const img = image(life, side);
    if (img.dot === life.head.dot || img.value === life.head.value || holdsBack(life, side))
      record.units.set(LIFE, lifeBefore(life, side, batch.kind, item));
    if (batch.kind === 'delete') return;
  }
  // Of a record that was made there is nothing; one whose mark was taken away holds again what stood beside it.
  for (const [key, pre] of Object.entries(item?.u ?? {})) {
    const plan = pipeline.plan.unit.get(key);
    const unit = plan === undefined ? undefined : record.units.get(key);
    if (plan === undefined || unit === undefined) continue;
    if (movedSince(record, side, key)) continue;
    record.units.set(key, before(plan, unit, side, pre));
  }
}

/** The record stands again as before a delete, or is gone again as before it was made; its row's mark as it was found (core/archive.ts). */
function lifeBefore(life: Unit, side: Side, kind: 'create' | 'delete', item: PayloadItem | undefined): Unit {
  const value = kind === 'create' ? 'deleted' : 'live';
  const raw = item?.u[LIFE]?.[2];
  return withImage(life, side, { value, dot: null, ctx: [0, 0, 0, 0], stamp: null, by: null, raw });
}

/** The side was seen to hold something else since the write was planned: that edit stands, whatever became of the write. */
function movedSince(record: RecordState, side: Side, key: string): boolean {
  const stored = record.open?.[key] as { a?: unknown; b?: unknown } | undefined;
  return stored?.[side === 'A' ? 'a' : 'b'] !== undefined;
}

function noteTakenBack(record: RecordState, side: Side, held: ReadonlyMap<string, Unit>): void {
  for (const [key, unit] of record.units) {
    const was = held.get(key) ?? record.initial.get(key);
    if (was === undefined || image(was, side) === image(unit, side)) continue;
    record.takenBack.push({
      key,
      side,
      shown: image(unit, side),
      held: image(was, side),
      inc: incorporated(was, side),
    });
  }
}

/**
 * To be stored, a unit whose write is still on its way says again that the side holds head: the batch's state tells otherwise until it
 * is known. Nothing was authored meanwhile, so head is still what was sent.
 */
export function expectToHold(record: RecordState): void {
  for (const { key, side, shown, held, inc } of record.takenBack) {
    const unit = record.units.get(key);
    if (unit === undefined || image(unit, side) !== shown) continue;
    const initial = record.initial.get(key);
    const again = withImage(unit, side, held);
    const whole = side === 'A' ? { ...again, incA: inc } : { ...again, incB: inc };
    const untouched =
      initial !== undefined &&
      SIDES.every((s) => image(whole, s) === image(initial, s)) &&
      whole.head === initial.head &&
      whole.tick === initial.tick;
    record.units.set(key, untouched ? initial : whole);
  }
}

function before(plan: UnitPlan, unit: Unit, side: Side, pre: PreImage): Unit {
  const img = restoreImage(plan, side, pre);
  const restored = withImage(unit, side, img);
  return side === 'A'
    ? { ...restored, incA: { value: img.value } }
    : { ...restored, incB: { value: img.value } };
}

/** What a receipt says of one record that was not simply applied as sent. */
export function applyException(
  pipeline: RunningPipeline,
  record: RecordState,
  side: Side,
  batch: { readonly id: number; readonly kind: BatchRow['kind'] },
  item: PayloadItem,
  exception: ItemException,
  now: number,
): void {
  const draft = lineageDraft('receipt', side);
  draft.batch[side] = batch.id;
  record.dirty = true;
  switch (exception.kind) {
    case 'normalised': {
      const mark = pipeline.plan.archive?.[side];
      const stored = mark === undefined ? undefined : exception.after[mark.column];
      if (mark !== undefined && stored !== undefined && batch.kind !== 'update') {
        const marked = mark.isMarked(stored);
        if (marked !== (batch.kind === 'delete')) {
          const detail = `the side has set ${mark.column} to ${JSON.stringify(stored)} instead`;
          refuse(
            pipeline,
            record,
            side,
            batch.kind,
            item,
            { code: 'archive-undone', detail, columns: [] },
            draft,
            now,
          );
          break;
        }
        const life = record.life();
        record.units.set(
          LIFE,
          withImage(life, side, { ...image(life, side), raw: lifeOfRow(mark, stored).raw }),
        );
      }
      for (const [plan, members] of groupByUnit(pipeline, side, exception.after)) {
        const unit = record.units.get(plan.key);
        if (unit === undefined || item.u[plan.key] === undefined) continue;
        const back = holdsBack(unit, side) ? image(unit, side) : null;
        if (plan.reference !== undefined && back === null) {
          takeOther(record, plan, unit, side, members[0]?.[1] ?? null, draft);
          continue;
        }
        const sent =
          back === null ? plan.put(side, unit.head.value, item.u[plan.key]?.[2]) : rawOf(plan, side, back);
        const raw = plan.isGroup
          ? { ...(sent as Record<string, Raw>), ...Object.fromEntries(members.map(([f, r]) => [f, r])) }
          : members[0]?.[1];
        record.units.set(plan.key, back === null ? acknowledge(unit, side, raw) : holdBack(unit, side, raw));
        draft.units[plan.key] = {
          v: back === null ? unit.head.value : back.value,
          k: 'normalised',
          w: 'the side stores it in its own form',
        };
      }
      break;
    }
    case 'missed':
    case 'gone': {
      // The write did not happen: what the log shows before it is news like any other.
      record.att[side] = null;
      restoreItem(pipeline, record, side, item, batch.kind);
      if (exception.kind === 'gone' && isArchived(record.life(), side))
        record.units.set(LIFE, withoutRow(record.life(), side));
      for (const key of batch.kind === 'delete' ? [LIFE] : Object.keys(item.u))
        draft.units[key] = { k: exception.kind === 'gone' ? 'gone' : 'missed' };
      record.due = true;
      break;
    }
    case 'duplicate':
    case 'rejected': {
      const code = exception.kind === 'rejected' ? exception.code : 'duplicate';
      const columns = exception.kind === 'rejected' ? exception.columns : [];
      const why = { code, detail: exception.detail, columns };
      refuse(pipeline, record, side, batch.kind, item, why, draft, now);
      break;
    }
  }
  if (Object.keys(draft.units).length > 0) record.lineage.push(draft);
}

/** The side will not take it: what was sent is blocked, as far as it is known which of it. */
function refuse(
  pipeline: RunningPipeline,
  record: RecordState,
  side: Side,
  kind: BatchRow['kind'],
  item: PayloadItem,
  { code, detail, columns }: { code: string; detail: string; columns: readonly string[] },
  draft: LineageDraft,
  now: number,
): void {
  record.att[side] = null;
  const backs = backsSent(record, side);
  restoreItem(pipeline, record, side, item, kind);
  const refused = refusedUnits(pipeline, side, item, columns, kind);
  if (refused.length === 0)
    for (const key of Object.keys(item.u))
      draft.units[key] = { k: 'missed', w: `refused as a whole: ${detail}` };
  for (const key of refused) {
    const plan = key === LIFE ? LIFE_UNIT : (pipeline.plan.unit.get(key) as UnitPlan);
    const unit = key === LIFE ? record.life() : record.units.get(plan.key);
    if (unit === undefined) continue;
    const back = backs.get(key);
    record.units.set(key, {
      ...(back === undefined ? unit : refuseBack(unit, side)),
      blocked: refusedBy(unit, { side, code, detail, since: now }),
    });
    record.refused.push({ unit: key, side, code, detail });
    const { value, dot } = back ?? unit.head;
    draft.units[key] = { v: value, d: dotText(dot), k: 'rejected', w: detail };
  }
  record.due = true;
}

/** The side points to another record than it was told to: its own doing, after our write. */
function takeOther(
  record: RecordState,
  plan: UnitPlan,
  unit: Unit,
  side: Side,
  raw: Raw,
  draft: LineageDraft,
): void {
  const held = acknowledge(unit, side, image(unit, side).raw);
  const value = plan.get(side, raw);
  const seen = observe(plan, held, {
    side,
    value,
    raw,
    stamp: null,
    by: { kind: 'integration', name: 'trigger' },
    stale: false,
  });
  record.units.set(plan.key, seen.unit);
  draft.units[plan.key] =
    seen.kind === 'cosmetic'
      ? { v: value, k: 'normalised', w: 'the side stores it in its own form' }
      : {
          o: held.head.value,
          v: value,
          d: dotText(seen.dot),
          c: vectorText(seen.ctx),
          k: 'observed',
          w: 'the side points to another record than it was told to',
        };
}

/** Units that the side is taken to hold as given back: the write that failed was that. */
function backsSent(record: RecordState, side: Side): ReadonlyMap<string, Image> {
  return new Map(
    [...record.units].flatMap(([key, unit]) =>
      holdsBack(unit, side) ? [[key, image(unit, side)] as const] : [],
    ),
  );
}

function restoreItem(
  pipeline: RunningPipeline,
  record: RecordState,
  side: Side,
  item: PayloadItem,
  kind: BatchRow['kind'],
): void {
  if (kind !== 'update') record.units.set(LIFE, lifeBefore(record.life(), side, kind, item));
  if (kind === 'delete') return;
  for (const [key, pre] of Object.entries(item.u)) {
    const plan = pipeline.plan.unit.get(key);
    const unit = record.units.get(key);
    if (plan === undefined || unit === undefined || movedSince(record, side, key)) continue;
    record.units.set(key, before(plan, unit, side, pre));
  }
}

/** The units to hold: those the side named; otherwise all that were sent (the engine then sends them one by one to find the bad one). */
function refusedUnits(
  pipeline: RunningPipeline,
  side: Side,
  item: PayloadItem,
  columns: readonly string[],
  kind: BatchRow['kind'],
): readonly string[] {
  if (kind !== 'update') return [LIFE];
  const sent = Object.keys(item.u);
  const named = new Set(
    columns
      .map((name) => pipeline.plan.sides[side].column.get(name)?.unit)
      .filter((key) => key !== undefined),
  );
  const hit = sent.filter((key) => named.has(key));
  return hit.length > 0 ? hit : sent.length === 1 ? sent : [];
}
