import type { WriteItem } from '../../connectors/connector.js';
import { acknowledge } from '../../core/author.js';
import { covers, type Side } from '../../core/clock.js';
import { CanonError } from '../../core/errors.js';
import { dueBack, holdBack, rawToGiveBack, refuseBack } from '../../core/give-back.js';
import { LIFE_UNIT, lifeOf } from '../../core/life.js';
import { LIFE, type UnitPlan } from '../../core/plan.js';
import { WAITING_FOR } from '../../core/reference.js';
import { refusedBy } from '../../core/push.js';
import { image, type Image, type Unit } from '../../core/unit.js';
import { jsonEqual, type Raw } from '../../core/value.js';
import { rawOf } from '../../core/at-rest.js';
import type { BatchRow } from '../../database/sql/lane/batches.js';
import type { End, RunningPipeline } from '../running-pipeline.js';
import { isRequired, leftBlank } from '../references/left-blank.js';
import { preImage, type PayloadItem, type PreImage } from './payload.js';
import type { RecordState } from './record-state.js';

/** One write transaction in the making. */
export interface BatchDraft {
  readonly id: number;
  readonly side: Side;
  readonly kind: BatchRow['kind'];
  readonly items: WriteItem[];
  readonly payload: PayloadItem[];
}

/**
 * Adds what a record's units need written on a side, and sets its registers to what holds once the batch is acknowledged: the payload
 * is what takes that back. Returns the unit keys that really go out (a value that the side already holds in its own form does not).
 */
export function addUpdate(
  pipeline: RunningPipeline,
  record: RecordState,
  side: Side,
  keys: readonly string[],
  batch: () => BatchDraft,
  now: number,
): readonly string[] {
  const end = pipeline.ends[side];
  const id = record.ids[side];
  if (id === null) return [];
  const set: Record<string, Raw> = {};
  const expect: Record<string, Raw> = {};
  const pre: Record<string, PreImage> = {};
  const sent: string[] = [];
  for (const key of keys) {
    const plan = pipeline.plan.unit.get(key) as UnitPlan;
    const unit = record.units.get(key) as Unit;
    const held = rawOf(plan, side, image(unit, side));
    const back = dueBack(plan, unit, side);
    const raw =
      back === null
        ? putOrBlock(record, plan, unit, side, held, now)
        : backOrBlock(record, plan, unit, side, back, now);
    if (raw === undefined) continue;
    if (!jsonEqual(raw, held)) {
      addColumns(end, key, plan, raw, set);
      addColumns(end, key, plan, held, expect);
      pre[key] = preImage(plan, side, unit);
      sent.push(key);
    }
    record.units.set(key, back === null ? acknowledge(unit, side, raw) : holdBack(unit, side, raw));
  }
  if (sent.length > 0) {
    const draft = batch();
    draft.items.push({ op: 'update', id, set, expect });
    draft.payload.push({ l: record.linkId, u: pre });
    record.att[side] = draft.id;
  }
  return sent;
}

/**
 * The record is made on a side from what head says, or deleted there as it stands. Where a deletion was undone, it is made as that side
 * had it.
 */
export function addLife(
  pipeline: RunningPipeline,
  record: RecordState,
  side: Side,
  batch: (kind: 'create' | 'delete') => BatchDraft,
  now: number,
): boolean {
  const end = pipeline.ends[side];
  const life = record.life();
  const id = record.ids[side];
  if (id === null) return false;
  const values: Record<string, Raw> = {};
  const known: Record<string, PayloadItem['u'][string]> = {};
  const back = dueBack(LIFE_UNIT, life, side);
  const making = back === null ? lifeOf(life) === 'live' : back.value === 'live';
  for (const plan of pipeline.plan.units) {
    const unit = record.units.get(plan.key);
    if (unit === undefined || !end.columns.has(plan.key)) continue;
    // What only rules read is never written; but a record is deleted as it is known, with that.
    if (plan.contextOnly && making) continue;
    // An edit that head has not seen comes back with the record: nobody was asked about it (core/made-anew.ts).
    const own = back !== null || !making || !covers(unit.head, image(unit, side));
    const raw = own
      ? rawOf(plan, side, image(unit, side))
      : putOrBlock(record, plan, unit, side, undefined, now);
    if (raw === undefined) {
      // It is made without pointing to anything, and told so later; unless the side insists.
      if (!making || !mayStayBlank(end, record, plan)) return false;
      addColumns(end, plan.key, plan, null, values);
      record.units.set(plan.key, leftBlank(record.units.get(plan.key) as Unit, side));
      continue;
    }
    addColumns(end, plan.key, plan, raw, values);
    if (!making) known[plan.key] = preImage(plan, side, unit);
    if (!own) record.units.set(plan.key, acknowledge(unit, side, raw));
  }
  const draft = batch(making ? 'create' : 'delete');
  draft.items.push(making ? { op: 'create', id, set: values } : { op: 'delete', id, expect: values });
  draft.payload.push({ l: record.linkId, u: known });
  record.att[side] = draft.id;
  record.units.set(
    LIFE,
    back === null ? acknowledge(life, side, undefined) : holdBack(life, side, undefined),
  );
  // Made from head: what was edited elsewhere while the record was gone follows.
  if (making) record.due = true;
  return true;
}

function mayStayBlank(end: End, record: RecordState, plan: UnitPlan): boolean {
  if (plan.reference === undefined || record.units.get(plan.key)?.blocked?.code !== WAITING_FOR) return false;
  return !isRequired(end, plan);
}

function putOrBlock(
  record: RecordState,
  plan: UnitPlan,
  unit: Unit,
  side: Side,
  held: Raw | undefined,
  now: number,
): Raw | undefined {
  try {
    return plan.put(side, unit.head.value, held);
  } catch (error) {
    if (!(error instanceof CanonError)) throw error;
    record.units.set(plan.key, {
      ...unit,
      blocked: refusedBy(unit, { side, code: codeOf(error), detail: error.message, since: now }),
    });
    record.refused.push({ unit: plan.key, side, code: codeOf(error), detail: error.message });
    return undefined;
  }
}

function codeOf({ code }: CanonError): string {
  return code === WAITING_FOR ? WAITING_FOR : 'unwritable';
}

/** What a side is given back; a mapping that was changed since may not be able to write it any more. */
function backOrBlock(
  record: RecordState,
  plan: UnitPlan,
  unit: Unit,
  side: Side,
  back: Image,
  now: number,
): Raw | undefined {
  const raw = rawToGiveBack(plan, side, back);
  if (raw !== undefined) return raw;
  const detail = 'the mapping has changed since and cannot write the value that the side had';
  const blocked = { side, code: 'unwritable', detail, since: now, head: unit.head.dot };
  record.units.set(plan.key, { ...refuseBack(unit, side), blocked });
  record.refused.push({ unit: plan.key, side, code: 'unwritable', detail });
  return undefined;
}

function addColumns(end: End, key: string, plan: UnitPlan, raw: Raw, into: Record<string, Raw>): void {
  const columns = end.columns.get(key) ?? [];
  if (!plan.isGroup) {
    const column = columns[0]?.[1];
    if (column !== undefined) into[column] = raw;
    return;
  }
  const members = raw as Readonly<Record<string, Raw>>;
  for (const [field, column] of columns) into[column] = members[field] ?? null;
}
