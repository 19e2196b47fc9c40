import { covers, type Side } from './clock.js';
import type { UnitPlan } from './plan.js';
import type { Unit } from './unit.js';

/**
 * Sides on which some unit has what whoever deletes the record on the other side cannot have seen. They have seen what stands on their own
 * side; not an edit that had not reached it, nor one that a blind write had covered, and a question that a person opened again is not
 * answered by it.
 */
export function editedUnseen(
  units: readonly { readonly plan: UnitPlan; readonly unit: Unit }[],
): Readonly<Record<Side, boolean>> {
  const waits = units.some(
    ({ unit }) => unit.contest !== null || unit.orphans.some((orphan) => !covers(unit.head, orphan)),
  );
  const unseen: Record<Side, boolean> = {
    A: waits || units.some(({ unit }) => !covers(unit.head, unit.A)),
    B: waits || units.some(({ unit }) => !covers(unit.head, unit.B)),
  };
  // Nor was a head seen that is still on its way there, or that the side refused.
  for (const { plan, unit } of units) {
    if (!covers(unit.A, unit.head) && !plan.equal(unit.A.value, unit.head.value)) unseen.B = true;
    if (!covers(unit.B, unit.head) && !plan.equal(unit.B.value, unit.head.value)) unseen.A = true;
  }
  return unseen;
}
