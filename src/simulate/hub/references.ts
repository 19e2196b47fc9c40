import { SIDES, type Side, dotText, sameDot, vectorText } from '../../core/clock.js';
import { CanonError } from '../../core/errors.js';
import { rawOf } from '../../core/at-rest.js';
import { dueBack, rawToGiveBack, refuseBack } from '../../core/give-back.js';
import { isGone, type Referrers } from '../../core/life.js';
import { LIFE, type Plan, type UnitPlan } from '../../core/plan.js';
import { refusedBy } from '../../core/push.js';
import { rebind } from '../../core/rebind.js';
import { leftBlank } from '../../core/left-blank.js';
import { madeAnew, type MadeAnew } from '../../core/made-anew.js';
import { NOBODY, targetsIn, WAITING_FOR, withCrosswalks, type Crosswalk } from '../../core/reference.js';
import { image, type Unit } from '../../core/unit.js';
import type { Switches } from './switches.js';
import type { Told } from './told.js';

/** The plan with its references looked up in what is known of the other pipeline at any moment. */
export function boundPlan(plan: Plan, crosswalk: Crosswalk | null, switches: Switches): Plan {
  const references = plan.units.filter(({ reference }) => reference !== undefined);
  if (references.length === 0) return plan;
  const bound = withCrosswalks(plan, new Map(references.map(({ key }) => [key, crosswalk ?? NOBODY])));
  if (switches.translateIds && switches.waitForTarget) return bound;
  const units = bound.units.map((unit) => (unit.reference === undefined ? unit : weaker(unit, switches)));
  return { ...bound, units, unit: new Map(units.map((unit) => [unit.key, unit])) };
}

/** As a hub without one of the two protections would read and write ids. */
function weaker(unit: UnitPlan, switches: Switches): UnitPlan {
  if (!switches.translateIds) return { ...unit, get: (_side, raw) => raw, put: (_side, value) => value };
  const put: UnitPlan['put'] = (side, value, before) => {
    try {
      return unit.put(side, value, before);
    } catch {
      return null;
    }
  };
  return { ...unit, put };
}

/** Understands the references anew by who is linked with whom now, and tells what came to stand by that. */
export function rebindAll(
  plan: Plan,
  units: Map<string, Unit>,
  crosswalk: Crosswalk,
  now: number,
): readonly Told[] {
  const told: Told[] = [];
  for (const unitPlan of plan.units) {
    const unit = units.get(unitPlan.key);
    if (unitPlan.reference === undefined || unit === undefined) continue;
    const after = rebind(unitPlan, unit, crosswalk);
    if (after === unit) continue;
    units.set(unitPlan.key, after);
    const { head } = after;
    if (sameDot(head.dot, unit.head.dot)) continue;
    const clock = { dot: dotText(head.dot), ctx: vectorText(head.ctx) };
    const what = { how: 'rebound', value: head.value, over: [], decision: null };
    told.push({ at: now, kind: 'authored', unit: unitPlan.key, ...what, ...clock });
  }
  return told;
}

/**
 * Of these units, those that can be said on the side. A reference to what is not there is blocked in `units`, alone, and waits.
 */
export function sayable(
  plan: Plan,
  units: Map<string, Unit>,
  side: Side,
  keys: readonly string[],
  now: number,
): readonly string[] {
  return keys.filter((key) => {
    const unitPlan = plan.unit.get(key);
    const unit = units.get(key);
    if (unitPlan?.reference === undefined || unit === undefined) return true;
    const back = dueBack(unitPlan, unit, side);
    if (back !== null) {
      if (rawToGiveBack(unitPlan, side, back) !== undefined) return true;
      const blocked = { side, code: 'unwritable', detail: 'not there', since: now, head: unit.head.dot };
      units.set(key, { ...refuseBack(unit, side), blocked });
      return false;
    }
    try {
      unitPlan.put(side, unit.head.value, rawOf(unitPlan, side, image(unit, side)));
      return true;
    } catch (error) {
      if (!(error instanceof CanonError)) throw error;
      const code = error.code === WAITING_FOR ? WAITING_FOR : 'unwritable';
      units.set(key, {
        ...unit,
        blocked: refusedBy(unit, { side, code, detail: error.message, since: now }),
      });
      return false;
    }
  });
}

/** Whether the record points to this one, by whatever name, or may do so by what is open; `null`: it does not, or is gone. */
export function referrersAmong(
  plan: Plan,
  units: ReadonlyMap<string, Unit>,
  names: readonly string[],
): Referrers | null {
  const points = plan.units.some(({ key, reference }) => {
    const unit = units.get(key);
    return (
      reference !== undefined &&
      unit !== undefined &&
      targetsIn(unit).some((target) => names.includes(target))
    );
  });
  if (!points) return null;
  const life = units.get(LIFE);
  if (life !== undefined && isGone(life)) {
    const gone = SIDES.every((side) => image(life, side).value === 'deleted');
    return gone ? null : { standing: [], going: true };
  }
  return { standing: [{ pipeline: plan.pipeline, count: 1 }], going: false };
}

/** A record that is made anew points to nothing where what it points to is not there yet, and is told so later. */
export function madeOrBlank(plan: UnitPlan, unit: Unit, side: Side, now: number): MadeAnew {
  try {
    return madeAnew(plan, unit, side);
  } catch (error) {
    if (!(error instanceof CanonError) || error.code !== WAITING_FOR) throw error;
    const blocked = refusedBy(unit, { side, code: WAITING_FOR, detail: error.message, since: now });
    return { raw: null, unit: leftBlank({ ...unit, blocked }, side), own: true };
  }
}
