import type { WriteItem } from '../../connectors/connector.js';
import { acknowledge } from '../../core/author.js';
import type { Side } from '../../core/clock.js';
import { CanonError } from '../../core/errors.js';
import { dueBack, holdBack, rawToGiveBack, refuseBack } from '../../core/give-back.js';
import type { UnitPlan } from '../../core/plan.js';
import { WAITING_FOR } from '../../core/reference.js';
import { refusedBy } from '../../core/push.js';
import { image, type Image, type Unit } from '../../core/unit.js';
import { jsonEqual, type Raw } from '../../core/value.js';
import { rawOf } from '../../core/at-rest.js';
import type { BatchRow } from '../../database/sql/lane/batches.js';
import type { End, RunningPipeline } from '../running-pipeline.js';
import { isRequired } from '../references/required-column.js';
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

export function mayStayBlank(end: End, record: RecordState, plan: UnitPlan): boolean {
  if (plan.reference === undefined || record.units.get(plan.key)?.blocked?.code !== WAITING_FOR) return false;
  return !isRequired(end, plan);
}

export function putOrBlock(
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
  const detail =
    plan.reference === undefined
      ? 'the mapping has changed since and cannot write the value that the side had'
      : 'what the side had pointed to is not there any more';
  const blocked = { side, code: 'unwritable', detail, since: now, head: unit.head.dot };
  record.units.set(plan.key, { ...refuseBack(unit, side), blocked });
  record.refused.push({ unit: plan.key, side, code: 'unwritable', detail });
  // The side says what stands there now, so the question that is open is another one.
  record.due = true;
  return undefined;
}

export function addColumns(end: End, key: string, plan: UnitPlan, raw: Raw, into: Record<string, Raw>): void {
  const columns = end.columns.get(key) ?? [];
  if (!plan.isGroup) {
    const column = columns[0]?.[1];
    if (column !== undefined) into[column] = raw;
    return;
  }
  const members = raw as Readonly<Record<string, Raw>>;
  for (const [field, column] of columns) into[column] = members[field] ?? null;
}
