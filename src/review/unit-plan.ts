import { LIFE_UNIT } from '../core/life.js';
import { LIFE, type Plan, type UnitPlan } from '../core/plan.js';

/** The plan of a unit, existence included; `undefined` when the field has left the pipeline. */
export function unitPlanOf(plan: Plan, key: string): UnitPlan | undefined {
  return key === LIFE ? LIFE_UNIT : plan.unit.get(key);
}
