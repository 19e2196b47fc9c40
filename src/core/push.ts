import { covers, sameDot, type Side } from './clock.js';
import { holdsHead } from './author.js';
import type { UnitPlan } from './plan.js';
import { tripOf } from './guard.js';
import { image, UNREADABLE, type Blocked, type Unit } from './unit.js';

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
  if (blocked === null || (blocked.side !== side && blocked.both !== true)) return false;
  return blocked.code === UNREADABLE || tripOf(blocked) !== null || sameDot(blocked.head, head.dot);
}

/** The side will not take head. Where the other side has not taken it either, both are kept in mind: else it went to and fro for ever. */
export function refusedBy(
  unit: Unit,
  of: { readonly side: Side; readonly code: string; readonly detail: string; readonly since: number },
): Blocked {
  const { blocked, head } = unit;
  const other = blocked !== null && (blocked.side !== of.side || blocked.both === true);
  const both =
    other && blocked.code !== UNREADABLE && tripOf(blocked) === null && sameDot(blocked.head, head.dot);
  return { ...of, head: head.dot, ...(both && { both: true as const }) };
}
