import { rawOf, readImage, writeImage, type VersionDoc } from '../../core/at-rest.js';
import { acknowledge, holdsBack } from '../../core/author.js';
import { dotText, sameDot, vectorText, type Side } from '../../core/clock.js';
import { dueBack, holdBack, rawToGiveBack, refuseBack } from '../../core/give-back.js';
import { LIFE_UNIT } from '../../core/life.js';
import { asItWas, saysItsOwn } from '../../core/made-anew.js';
import { observe, withImage } from '../../core/observe.js';
import { LIFE, type Plan, type UnitPlan } from '../../core/plan.js';
import { columnsOf, unitRaws } from '../../core/protocol/unit-raws.js';
import { refusedBy } from '../../core/push.js';
import { withDoubt } from '../../core/stamp.js';
import { image, type Unit } from '../../core/unit.js';
import { jsonEqual, type Canon, type Raw } from '../../core/value.js';
import type { Happening } from '../../connectors/memory/happening.js';
import type { WriteAnswer, WriteRequest } from '../../connectors/memory/exchange.js';
import { unitsOf } from './read-lane.js';
import { holdLife, isByMark, lifeIn, markWritten } from './marks.js';
import { madeOrBlank } from './references.js';
import { LIVE, RECORD, type LaneAttempt, type LaneState } from './store.js';
import type { Switches } from './switches.js';
import type { Told } from './told.js';

/** Id of the one record of a run, on both systems. */

/** One record and one side of it in a lane transaction. `units` and `told` are written to. */
export interface LaneContext {
  readonly plan: Plan;
  readonly side: Side;
  readonly units: Map<string, Unit>;
  readonly told: Told[];
  readonly now: number;
  readonly switches: Switches;
  /** How well the side's clock is known: `at` is read as an interval of this much on both ends. */
  readonly clock: { readonly offsetMs: number; readonly granuleMs: number };
  /** Told of a row that is not marked, or stands again. */
  readonly stands: (life: Unit) => void;
}

export function isOpen(state: LaneState): boolean {
  return state.attempt !== null && (state.attempt.state === 'sent' || state.attempt.state === 'unknown');
}

/** An open or failed write has left the side with what it held before. A dead one is done with then. */
export function takeBack(context: LaneContext, state: LaneState): LaneState {
  const { side, units } = context;
  const { attempt } = state;
  if (attempt === null || attempt.state === 'acked') return state;
  for (const [key, doc] of Object.entries(attempt.before)) {
    const before = readImage(doc);
    const back = withImage(unitOf(units, key), side, before);
    units.set(key, { ...back, [side === 'A' ? 'incA' : 'incB']: { value: before.value } });
  }
  if (attempt.state !== 'dead') return state;
  // A condition that failed was compared at a place in the log: everything up to it has to be read first.
  return { ...state, attempt: attempt.position === null ? null : { ...attempt, before: {}, state: 'acked' } };
}

/** Stored as if the open write had arrived: acknowledged, it needs no second write of the record. */
export function expectToHold(context: LaneContext, state: LaneState): void {
  const { side, units } = context;
  const { attempt } = state;
  if (attempt === null || !isOpen(state)) return;
  for (const [key, before] of Object.entries(attempt.before)) {
    const unit = unitOf(units, key);
    if (sameDot(image(unit, side).dot, readImage(before).dot)) {
      const raw = attempt.sent[key];
      units.set(key, attempt.back.includes(key) ? holdBack(unit, side, raw) : acknowledge(unit, side, raw));
    }
  }
}

/** The end of a write becomes known. */
export function takeReceipt(
  context: LaneContext,
  state: LaneState,
  id: string,
  answer: WriteAnswer | 'fenced',
): LaneState {
  const { attempt } = state;
  if (attempt?.id !== id || !isOpen(state)) return state;
  const item = answer === 'fenced' ? undefined : answer.items[0];
  const position = answer === 'fenced' ? null : answer.position;
  const { plan, side, units, told, now } = context;
  if (item?.status === 'refused' && context.switches.blockRefused) {
    const refused = attempt.op === 'create' ? [LIFE] : unitsOf(plan, side, item.columns);
    for (const key of refused) {
      const unit = unitOf(units, key);
      const blocked = refusedBy(unit, { side, code: 'refused', detail: item.detail, since: now });
      units.set(key, { ...(attempt.back.includes(key) ? refuseBack(unit, side) : unit), blocked });
    }
  }
  if (item?.status !== 'applied') return { ...state, attempt: { ...attempt, state: 'dead', position } };
  const raws = item.state.alive ? unitRaws(plan, side, units, item.state.values) : new Map<string, Raw>();
  for (const key of Object.keys(attempt.before)) {
    const unit = unitOf(units, key);
    const raw = raws.get(key);
    const next = raw === undefined || !context.switches.postImage ? unit : holdSent(unit, side, raw);
    units.set(key, next);
    told.push({ at: now, kind: 'acknowledged', unit: key, side, ...shown(image(next, side)) });
  }
  return { ...state, attempt: { ...attempt, state: 'acked', position } };
}

/** In the form in which the side has it: what was given back, else head. */
function holdSent(unit: Unit, side: Side, raw: Raw): Unit {
  return holdsBack(unit, side) ? holdBack(unit, side, raw) : acknowledge(unit, side, raw);
}

/** Folds a page of the log in, transaction by transaction. */
export function foldPage(
  context: LaneContext,
  state: LaneState,
  entries: readonly Happening[],
  end: number,
): LaneState {
  let from = 0;
  while (from < entries.length) {
    let to = from + 1;
    while (to < entries.length && entries[to]?.tx === entries[from]?.tx) to++;
    foldTransaction(context, state.attempt, entries.slice(from, to));
    from = to;
  }
  return { ...state, cursor: end };
}

function foldTransaction(
  context: LaneContext,
  attempt: LaneAttempt | null,
  entries: readonly Happening[],
): void {
  const { plan, side, units } = context;
  const last = entries[entries.length - 1] as Happening;
  // The record was made, or deleted, by our write: whatever was done to its existence before is history.
  const settled = attempt?.before[LIFE] !== undefined && attempt.position !== null;
  if (settled && last.position <= attempt.position && context.switches.ackPosition) {
    const after: Record<string, Raw> = {};
    for (const entry of entries) Object.assign(after, entry.after);
    for (const [key, raw] of unitRaws(plan, side, units, after)) supersede(context, key, raw);
    return;
  }
  const life = unitOf(units, LIFE);
  if (last.op === 'delete') {
    move(context, LIFE_UNIT, 'deleted', last);
    return;
  }
  const after: Record<string, Raw> = {};
  for (const entry of entries) Object.assign(after, entry.after);
  const seen = lifeIn(plan, side, after, context.switches);
  if (seen?.value === 'live') context.stands(life);
  if (seen !== null) move(context, LIFE_UNIT, seen.raw, last, seen.value);
  else if (image(life, side).value === 'deleted' && entries.some(({ op }) => op === 'insert'))
    move(context, LIFE_UNIT, 'live', last);
  for (const [key, raw] of unitRaws(plan, side, units, after)) {
    // The write's condition held: whatever precedes it had gone back to what it expected; also what a trigger did in an earlier one of ours.
    const superseded =
      attempt?.position !== null &&
      attempt?.before[key] !== undefined &&
      last.position <= attempt.position &&
      last.request !== attempt.id;
    const unitPlan = plan.unit.get(key) as UnitPlan;
    if (superseded && context.switches.ackPosition) {
      supersede(context, key, raw);
    } else move(context, unitPlan, raw, last);
  }
}

/** It stood, and had gone again before our write. */
function supersede({ plan, side, told, now }: LaneContext, key: string, raw: Raw): void {
  const value = (plan.unit.get(key) as UnitPlan).get(side, raw);
  told.push({ at: now, kind: 'superseded', unit: key, side, value, dot: '', ctx: '' });
}

function move(
  context: LaneContext,
  plan: UnitPlan,
  raw: Raw,
  entry: Happening,
  value: Canon = plan.get(context.side, raw),
): void {
  const { side, units, told, now, clock } = context;
  const at = entry.stamp - clock.offsetMs;
  const interval = [at - 1, at + clock.granuleMs + 1] as const;
  // That it was one of very many is counted over the page; here the author says so.
  const bulk = entry.by?.kind === 'import' && entry.by.name === 'a migration';
  const stamp = context.switches.doubtStamps ? withDoubt(interval, at - 1, now, bulk) : interval;
  const seen = observe(plan, unitOf(units, plan.key), {
    side,
    value,
    raw,
    stamp,
    by: entry.by,
    stale: false,
  });
  units.set(plan.key, seen.unit);
  if (seen.kind === 'cosmetic') return;
  told.push({
    at: now,
    kind: 'observed',
    unit: plan.key,
    side,
    value,
    dot: dotText(seen.dot),
    ctx: vectorText(seen.ctx),
  });
}

/** The write that brings these units to head, with the registers as they are once it is acknowledged; `null`: nothing differs. */
export function send(
  context: LaneContext,
  state: LaneState,
  keys: readonly string[],
  id: string,
): { readonly state: LaneState; readonly request: WriteRequest | null } {
  const { plan, side, units } = context;
  const set: Record<string, Raw> = {};
  const expect: Record<string, Raw> = {};
  const before: Record<string, VersionDoc> = {};
  const sent: Record<string, Raw> = {};
  const life = keys[0] === LIFE ? unitOf(units, LIFE) : undefined;
  const back: string[] = [];
  const lifeBack = life === undefined ? null : dueBack(LIFE_UNIT, life, side);
  const wanted = (lifeBack ?? life?.head)?.value;
  const op = life === undefined ? 'update' : wanted === 'deleted' ? 'delete' : 'create';
  const archive = plan.archive?.[side];
  const byMark = life !== undefined && isByMark(plan, side, life, op === 'delete', context.switches);
  if (life !== undefined) {
    before[LIFE] = writeImage(LIFE_UNIT, side, image(life, side));
    if (lifeBack !== null) back.push(LIFE);
    let raw: Raw | undefined;
    if (archive !== undefined) {
      const how = !byMark ? 'create' : op === 'delete' ? 'mark' : 'unmark';
      const mark = markWritten(archive, side, life, lifeBack, how, context.now);
      set[archive.column] = mark.set;
      if (byMark) expect[archive.column] = mark.expect;
      if (mark.raw !== undefined) sent[LIFE] = mark.raw;
      raw = mark.raw;
    }
    units.set(LIFE, holdLife(life, side, lifeBack !== null, raw));
  }
  for (const unitPlan of plan.units) {
    const { key } = unitPlan;
    if (life === undefined ? !keys.includes(key) : unitPlan.contextOnly) continue;
    const unit = unitOf(units, key);
    const held = rawOf(unitPlan, side, image(unit, side));
    if (op === 'delete') {
      if (!byMark || context.switches.markAsKnown) columnsOf(plan, side, key, held, expect);
      continue;
    }
    if (byMark) {
      if (context.switches.unmarkAsKnown) columnsOf(plan, side, key, held, expect);
      if (lifeBack !== null || saysItsOwn(unitPlan, unit, side)) continue;
      const raw = unitPlan.put(side, unit.head.value, held);
      if (!jsonEqual(raw, held)) columnsOf(plan, side, key, raw, set);
      before[key] = writeImage(unitPlan, side, image(unit, side));
      sent[key] = raw;
      units.set(key, acknowledge(unit, side, raw));
      continue;
    }
    if (op === 'create') {
      const made =
        lifeBack === null ? madeOrBlank(unitPlan, unit, side, context.now) : asItWas(unitPlan, unit, side);
      columnsOf(plan, side, key, made.raw, set);
      if (!made.own) {
        before[key] = writeImage(unitPlan, side, image(unit, side));
        sent[key] = made.raw;
      }
      units.set(key, made.unit);
      continue;
    }
    const owed = dueBack(unitPlan, unit, side);
    const raw =
      owed === null ? unitPlan.put(side, unit.head.value, held) : rawToGiveBack(unitPlan, side, owed);
    if (raw === undefined) continue;
    if (owed !== null) back.push(key);
    if (!jsonEqual(raw, held)) {
      columnsOf(plan, side, key, raw, set);
      columnsOf(plan, side, key, held, expect);
      before[key] = writeImage(unitPlan, side, image(unit, side));
      sent[key] = raw;
    } else {
      const { head } = unit;
      const clock = { dot: dotText(head.dot), ctx: vectorText(head.ctx) };
      context.told.push({ at: context.now, kind: 'confirmed', unit: key, side, value: head.value, ...clock });
    }
    units.set(key, owed === null ? acknowledge(unit, side, raw) : holdBack(unit, side, raw));
  }
  if (Object.keys(before).length === 0) return { state, request: null };
  const attempt: LaneAttempt = { id, op, state: 'sent', before, sent, back, position: null };
  const given = context.switches.conditionalWrites ? expect : {};
  const item = {
    op: byMark ? 'update' : op,
    id: RECORD,
    set,
    expect: given,
    tag: null,
    marker: null,
  } as const;
  return { state: { ...state, attempt }, request: { id, items: [item] } };
}

function unitOf(units: ReadonlyMap<string, Unit>, key: string): Unit {
  const unit = units.get(key);
  if (unit === undefined) return LIVE;
  return unit;
}

function shown(version: ReturnType<typeof image>): { value: unknown; dot: string; ctx: string } {
  return { value: version.value, dot: dotText(version.dot), ctx: vectorText(version.ctx) };
}
