import type { UnitPlan } from '../../core/plan.js';
import type { End } from '../running-pipeline.js';

/** The side's column must hold something: a record cannot be made there before the one that it points to. */
export function isRequired(end: End, plan: UnitPlan): boolean {
  const column = end.columns.get(plan.key)?.[0]?.[1];
  return end.endpoint.schema.fields.some(({ name, required }) => name === column && required);
}
