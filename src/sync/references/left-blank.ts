import { EMPTY_VECTOR, type Side } from '../../core/clock.js';
import { withImage } from '../../core/observe.js';
import type { UnitPlan } from '../../core/plan.js';
import type { Unit } from '../../core/unit.js';
import type { End } from '../running-pipeline.js';

/** The side's column must hold something: a record cannot be made there before the one that it points to. */
export function isRequired(end: End, plan: UnitPlan): boolean {
  const column = end.columns.get(plan.key)?.[0]?.[1];
  return end.endpoint.schema.fields.some(({ name, required }) => name === column && required);
}

/** The side holds nothing, by our hand: it lacks head, and is told as soon as that can be said there. */
export function leftBlank(unit: Unit, side: Side): Unit {
  const blank = { value: null, dot: null, ctx: EMPTY_VECTOR, stamp: null, by: null, raw: null };
  return { ...withImage(unit, side, blank), [side === 'A' ? 'incA' : 'incB']: { value: null } };
}
