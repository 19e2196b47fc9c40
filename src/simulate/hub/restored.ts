import { dotText, sameDot, SIDES, vectorText, type Side } from '../../core/clock.js';
import { LIFE_UNIT } from '../../core/life.js';
import { observe } from '../../core/observe.js';
import { LIFE, type Plan, type UnitPlan } from '../../core/plan.js';
import { unitRaws } from '../../core/protocol/unit-raws.js';
import { reunited } from '../../core/reunited.js';
import { goneBack, setBack } from '../../core/set-back.js';
import { image, type Unit } from '../../core/unit.js';
import { jsonEqual, type Canon, type Raw } from '../../core/value.js';
import { rawOf } from '../../core/at-rest.js';
import type { Reading } from '../../connectors/memory/exchange.js';
import { isHeld, lifeIn, type RowLife } from './marks.js';
import { LIVE } from './store.js';
import type { Switches } from './switches.js';
import type { Told } from './told.js';

/** The record as it was read after a restore, and what becomes of it. `units` and `told` are written to. */
export interface AfterRestore {
  readonly plan: Plan;
  readonly units: Map<string, Unit>;
  readonly told: Told[];
  readonly now: number;
  readonly switches: Switches;
}

/** A side was restored and is to get back what is known: it lacks what stands, and nobody has edited anything (sync/lane/set-back). */
export function giveBack(context: AfterRestore, side: Side, reading: Reading): void {
  if (!context.switches.setBackIsNoEdit) {
    takeAsEdits(context, side, reading);
    return;
  }
  const { plan, units, told, now, switches } = context;
  const move = (unitPlan: UnitPlan, unit: Unit, after: Unit): void => {
    units.set(unitPlan.key, switches.setBackKeepsEdits ? after : { ...after, orphans: unit.orphans });
    const { head } = after;
    if (!sameDot(head.dot, unit.head.dot)) {
      const clock = { dot: dotText(head.dot), ctx: vectorText(head.ctx) };
      const what = { how: 'renamed', value: head.value, over: [], decision: null };
      told.push({ at: now, kind: 'authored', unit: unitPlan.key, ...what, ...clock });
    }
    const { value } = image(after, side);
    if (value === image(unit, side).value) return;
    told.push({ at: now, kind: 'restored', unit: unitPlan.key, side, value, dot: '', ctx: '' });
  };
  const life = units.get(LIFE) ?? LIVE;
  const seen = lifeShown(context, side, reading);
  const stood = image(life, side).value;
  if (!isHeld(life, side, seen)) move(LIFE_UNIT, life, setBack(LIFE_UNIT, life, side, seen.value, seen.raw));
  if (!reading.alive) {
    for (const unitPlan of stood === 'live' ? plan.units : []) {
      const unit = units.get(unitPlan.key) as Unit;
      move(unitPlan, unit, goneBack(unitPlan, unit, side));
    }
    return;
  }
  for (const [key, raw] of unitRaws(plan, side, units, reading.values)) {
    const unitPlan = plan.unit.get(key) as UnitPlan;
    const unit = units.get(key) as Unit;
    move(unitPlan, unit, setBack(unitPlan, unit, side, unitPlan.get(side, raw), raw));
  }
}

/** Whether the row is there, and marked. */
function lifeShown({ plan, switches }: AfterRestore, side: Side, { alive, values }: Reading): RowLife {
  if (!alive) return { value: 'deleted', raw: 'deleted' };
  return lifeIn(plan, side, values, switches) ?? { value: 'live', raw: 'live' };
}

/** What a side shows are edits of unknown time. */
export function takeAsEdits(context: AfterRestore, side: Side, reading: Reading): void {
  const { plan, units, told, now } = context;
  const move = (unitPlan: UnitPlan, unit: Unit, value: Canon, raw: Raw): void => {
    const seen = observe(unitPlan, unit, { side, value, raw, stamp: null, by: null, stale: false });
    units.set(unitPlan.key, seen.unit);
    if (seen.kind === 'cosmetic') return;
    const clock = { dot: dotText(seen.dot), ctx: vectorText(seen.ctx) };
    told.push({ at: now, kind: 'observed', unit: unitPlan.key, side, value, ...clock });
  };
  const life = units.get(LIFE) ?? LIVE;
  const seen = lifeShown(context, side, reading);
  if (!isHeld(life, side, seen)) move(LIFE_UNIT, life, seen.value, seen.raw);
  if (!reading.alive) return;
  for (const [key, raw] of unitRaws(plan, side, units, reading.values)) {
    const unitPlan = plan.unit.get(key) as UnitPlan;
    const unit = units.get(key) as Unit;
    if (jsonEqual(rawOf(unitPlan, side, image(unit, side)), raw)) continue;
    move(unitPlan, unit, unitPlan.get(side, raw), raw);
  }
}

/** The hub was restored: what both sides say is agreed, the rest is judged as edits of unknown time (sync/lane/reunite). */
export function reunite(context: AfterRestore, readings: Readonly<Record<Side, Reading>>): void {
  const { plan, units, told, now, switches } = context;
  const held: Told[] = [];
  const both = SIDES.every((side) => readings[side].alive);
  const raws = {
    A: unitRaws(plan, 'A', units, readings.A.values),
    B: unitRaws(plan, 'B', units, readings.B.values),
  };
  for (const unitPlan of both && switches.reuniteAgreed ? plan.units : []) {
    const [a, b] = [raws.A.get(unitPlan.key), raws.B.get(unitPlan.key)];
    if (a === undefined || b === undefined) continue;
    const of = (side: Side, raw: Raw): { value: Canon; raw: Raw } => ({
      value: unitPlan.get(side, raw),
      raw,
    });
    const agreed = reunited(unitPlan, units.get(unitPlan.key) as Unit, of('A', a), of('B', b));
    if (agreed === null) continue;
    units.set(unitPlan.key, agreed);
    const { value, dot, ctx } = agreed.head;
    const clock = { dot: dotText(dot), ctx: vectorText(ctx) };
    const what = { how: 'agreement', over: [], decision: null };
    told.push({ at: now, kind: 'authored', unit: unitPlan.key, value, ...what, ...clock });
    for (const side of SIDES)
      held.push({
        at: now,
        kind: 'confirmed',
        unit: unitPlan.key,
        side,
        value: image(agreed, side).value,
        ...clock,
      });
  }
  told.push(...held);
  for (const side of SIDES) takeAsEdits(context, side, readings[side]);
}
