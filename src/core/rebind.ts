import { CanonError } from './errors.js';
import { SIDES, type Side } from './clock.js';
import type { UnitPlan } from './plan.js';
import { understoodAnew } from './recast.js';
import {
  idIn,
  isUndecided,
  linkedTarget,
  targetOf,
  targetsIn,
  WAITING_FOR,
  type Crosswalk,
} from './reference.js';
import { image, type Contest, type GiveBack, type Unit } from './unit.js';
import type { Canon } from './value.js';

/**
 * A reference understood by who is linked with whom now. The sides hold what they held, so nobody has edited anything: a record that was
 * not linked has been, or a link was ended and another one made. Where both sides held the same and no longer mean the same record, the
 * side that the value came from stands and the other is due a write, as after a changed mapping (recast.ts).
 *
 * @param plan with its references looked up (`withCrosswalks`), `crosswalk` what they were looked up in
 */
export function rebind(plan: UnitPlan, unit: Unit, crosswalk: Crosswalk): Unit {
  const told = (value: Canon): Canon => {
    const target = targetOf(value);
    if (target?.kind !== 'alone') return value;
    const link = crosswalk.linkOf(target.side, target.id);
    return link === null ? value : linkedTarget(link);
  };
  const values: Record<Side, Canon> = {
    A: meant(plan, unit, 'A', crosswalk, told),
    B: meant(plan, unit, 'B', crosswalk, told),
  };
  const still =
    SIDES.every((side) => values[side] === image(unit, side).value) &&
    targetsIn(unit).every((value) => told(value) === value);
  if (still) return freed(plan, unit);
  const anew = understoodAnew(plan, unit, { A: unit.A.raw, B: unit.B.raw }, values, told);
  return freed(plan, { ...anew, contest: withBacks(anew.contest, told) });
}

/** What a side's id means. Of a link that has ended with both records, it means what it meant: there is nobody else it could mean. */
function meant(
  plan: UnitPlan,
  unit: Unit,
  side: Side,
  crosswalk: Crosswalk,
  told: (value: Canon) => Canon,
): Canon {
  const { raw, value } = image(unit, side);
  if (raw === undefined || idIn(raw) === null) return told(value);
  const now = plan.get(side, raw);
  const before = targetOf(value);
  const kept =
    targetOf(now)?.kind === 'alone' && before?.kind === 'linked' && !crosswalk.isParted(before.link);
  return kept ? value : now;
}

/** What the sides are given back points to the same records under the names that they have now. */
function withBacks(contest: Contest | null, told: (value: Canon) => Canon): Contest | null {
  if (contest?.undone === undefined) return contest;
  const { undone } = contest;
  const back = (of: GiveBack | null): GiveBack | null =>
    of === null ? null : { ...of, version: { ...of.version, value: told(of.version.value) } };
  const base = undone.base === undefined ? undefined : { value: told(undone.base.value) };
  return { ...contest, undone: { ...undone, A: back(undone.A), B: back(undone.B), base } };
}

/** It waits no longer where what it waited for is there, or where the side has come to say the same. */
function freed(plan: UnitPlan, unit: Unit): Unit {
  const { blocked } = unit;
  if (blocked?.code !== WAITING_FOR || isUndecided([unit.A.value, unit.B.value])) return unit;
  const sides = blocked.both === true ? SIDES : [blocked.side];
  const free = sides.every(
    (side) => plan.equal(image(unit, side).value, unit.head.value) || canPut(plan, side, unit.head.value),
  );
  return free ? { ...unit, blocked: null } : unit;
}

function canPut(plan: UnitPlan, side: Side, value: Canon): boolean {
  try {
    plan.put(side, value, undefined);
    return true;
  } catch (error) {
    if (error instanceof CanonError) return false;
    throw error;
  }
}
