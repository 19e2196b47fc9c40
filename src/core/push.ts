import { covers, sameDot, type Side } from './clock.js';
import { holdsHead } from './author.js';
import type { UnitPlan } from './plan.js';
import { tripOf } from './guard.js';
import { image, UNREADABLE, type Unit } from './unit.js';

/**
 * Whether a side lacks head and may be given it: head has seen everything that stands there (else the write would hide an edit),
 * the values differ, and the field flows that way.
 */
export function lacksHead(plan: UnitPlan, unit: Unit, side: Side): boolean {
  const img = image(unit, side);
  if (
    plan.contextOnly ||
    holdsHead(unit, img) ||
    !covers(unit.head, img) ||
    plan.equal(img.value, unit.head.value)
  )
    return false;
  if ((plan.direction === 'AtoB' && side === 'A') || (plan.direction === 'BtoA' && side === 'B'))
    return false;
  return !isBlockedOn(unit, side);
}

/** Nothing is sent to this side: it refused this very head, shows what is not understood, or a guard holds the unit whatever head says. */
export function isBlockedOn({ blocked, head }: Unit, side: Side): boolean {
  if (blocked?.side !== side) return false;
  return blocked.code === UNREADABLE || tripOf(blocked) !== null || sameDot(blocked.head, head.dot);
}
