import { SIDES, type Side } from '../core/clock.js';
import { givenBack } from '../core/give-back.js';
import { LIFE, type UnitPlan } from '../core/plan.js';
import type { SideLabels } from '../core/policy/words.js';
import { image, type Unit } from '../core/unit.js';
import type { Canon } from '../core/value.js';

/** What taking a value would write, and what not, as one sentence. */
export function effectOf(plan: UnitPlan, unit: Unit, value: Canon, labels: SideLabels): string {
  const written = SIDES.filter((side) => wouldWrite(plan, unit, side, value));
  const untouched = SIDES.filter((side) => !written.includes(side)).map((side) => labels[side]);
  const writes = written.map((side) => action(plan, labels[side], value));
  if (writes.length === 0) return `nothing is written: ${labels.A} and ${labels.B} stay as they are`;
  return [...writes, ...untouched.map((label) => `nothing written to ${label}`)].join('; ');
}

/** Whether the side would have to change for the value to stand there, and may be changed. */
export function wouldWrite(plan: UnitPlan, unit: Unit, side: Side, value: Canon): boolean {
  // What a side is being given back stands there by the time that anything else is written.
  const stands = givenBack(unit, side) ?? image(unit, side);
  return mayWrite(plan, side) && !plan.equal(stands.value, value);
}

export function mayWrite(plan: UnitPlan, side: Side): boolean {
  if (plan.key === LIFE) return true;
  if (
    plan.contextOnly ||
    (plan.direction === 'AtoB' && side === 'A') ||
    (plan.direction === 'BtoA' && side === 'B')
  )
    return false;
  return plan.members.some((member) => member[side] !== null);
}

function action(plan: UnitPlan, label: string, value: Canon): string {
  if (plan.key === LIFE)
    return value === 'deleted' ? `deletes the record in ${label}` : `makes the record again in ${label}`;
  const count = plan.members.length;
  return `writes ${plan.key} to ${label} (${count === 1 ? '1 field' : `${String(count)} fields`})`;
}
