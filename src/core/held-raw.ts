import { rawOf, readUnit } from './at-rest.js';
import type { Side } from './clock.js';
import type { UnitPlan } from './plan.js';
import { image } from './unit.js';
import type { Json, Raw } from './value.js';

/**
 * What a side is held to have in a unit, straight from the stored form: nearly always the mapping of a plain value. For reading very
 * many records; what a write that is still on its way will make of it is not considered.
 */
export function heldRaw(
  plan: UnitPlan,
  side: Side,
  clock: string,
  field: Json | undefined,
  open: Json | undefined,
): Raw {
  if (open === undefined && field !== undefined && (field === null || typeof field !== 'object'))
    return plan.put(side, field, undefined);
  const unit = readUnit(clock, field, open);
  return rawOf(plan, side, image(unit, side));
}
