import { acknowledge } from './author.js';
import { covers, type Side } from './clock.js';
import type { UnitPlan } from './plan.js';
import { rawOf } from './at-rest.js';
import { image, type Unit } from './unit.js';
import type { Raw } from './value.js';

/** A unit of a record that is made anew on a side where it had been deleted. */
export interface MadeAnew {
  readonly raw: Raw;
  /** The unit once the record has been made. */
  readonly unit: Unit;
  /** The side gets back what it had itself: somebody's edit that head has not seen, which stays one. */
  readonly own: boolean;
}

/**
 * What a record that is made anew says: what head says; but where the side's last value is an edit that head has not seen, that value.
 * Whoever wants the record back has not been asked about that edit.
 */
export function madeAnew(plan: UnitPlan, unit: Unit, side: Side): MadeAnew {
  if (saysItsOwn(plan, unit, side)) return { raw: rawOf(plan, side, image(unit, side)), unit, own: true };
  const raw = plan.put(side, unit.head.value, undefined);
  return { raw, unit: acknowledge(unit, side, raw), own: false };
}

/** Its last value there is not head's to replace: an edit that head has not seen; or nothing was ever agreed, and head says nothing. */
export function saysItsOwn(plan: UnitPlan, unit: Unit, side: Side): boolean {
  const img = image(unit, side);
  return !covers(unit.head, img) || (unit.head.dot === null && !plan.equal(img.value, unit.head.value));
}

/** A record whose deletion was undone says what it said on that side when it was deleted. */
export function asItWas(plan: UnitPlan, unit: Unit, side: Side): MadeAnew {
  return { raw: rawOf(plan, side, image(unit, side)), unit, own: true };
}
