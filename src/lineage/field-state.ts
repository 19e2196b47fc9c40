import { derive } from '../core/derive.js';
import { isGone, LIFE_UNIT } from '../core/life.js';
import { LIFE, type Plan, type RuleScope, type UnitPlan } from '../core/plan.js';
import { lacksHead } from '../core/push.js';
import type { Unit } from '../core/unit.js';
import type { Canon } from '../core/value.js';
import type { ConcernRow } from '../database/sql/lineage/records.js';
import type { FieldState } from './record.dto.js';

/** Worst first. */
const RANK: readonly FieldState[] = ['conflict', 'blocked', 'held', 'in-flight', 'diverged', 'in-sync'];

export interface FieldContext {
  readonly plan: Plan;
  readonly units: ReadonlyMap<string, Unit>;
  readonly concerns: readonly ConcernRow[];
  /** Units of a write whose end is not known. */
  readonly sending: ReadonlySet<string>;
  /** The record is out of scope: nothing of it is on its way. */
  readonly excluded: boolean;
  readonly now: number;
}

/** How one unit stands, from its registers and what people have to know about it. */
export function fieldState(unitPlan: UnitPlan, unit: Unit, context: FieldContext): FieldState {
  const own = context.concerns.filter((concern) => concern.unit === unitPlan.key);
  if (own.some(({ state }) => state === 'open')) return 'conflict';
  if (own.some(({ state }) => state === 'blocked') || unit.blocked !== null) return 'blocked';
  if (own.some(({ state }) => state === 'held')) return 'held';
  if (unitPlan.contextOnly) return 'in-sync';
  if (context.sending.has(unitPlan.key)) return 'in-flight';
  if (context.excluded) return unitPlan.equal(unit.A.value, unit.B.value) ? 'in-sync' : 'diverged';
  if (unitPlan.key === LIFE) return isGone(unit) ? 'diverged' : 'in-sync';
  const { plan, now } = context;
  const outcome = derive({
    plan: unitPlan,
    unit,
    now,
    sides: plan.sides,
    context: contextOf(unitPlan, context),
  });
  switch (outcome.kind) {
    case 'conflict':
      return 'conflict';
    case 'held':
      return 'held';
    case 'diverged':
      return 'diverged';
    case 'author':
      return 'in-flight';
    case 'rest': {
      if (lacksHead(unitPlan, unit, 'A') || lacksHead(unitPlan, unit, 'B')) return 'in-flight';
      return unitPlan.equal(unit.A.value, unit.B.value) ? 'in-sync' : 'diverged';
    }
  }
}

export function worstState(states: readonly FieldState[]): FieldState {
  return RANK.find((state) => states.includes(state)) ?? 'in-sync';
}

export function planOfUnit(plan: Plan, key: string): UnitPlan | undefined {
  return key === LIFE ? LIFE_UNIT : plan.unit.get(key);
}

function contextOf(unitPlan: UnitPlan, { plan, units }: FieldContext): RuleScope['context'] {
  if (unitPlan.policy.strategy !== 'rules') return {};
  const context: Record<string, { a: Canon; b: Canon }> = {};
  for (const [key, unit] of units) {
    if (plan.dependants.get(key)?.includes(unitPlan.key) === true)
      context[key] = { a: unit.A.value, b: unit.B.value };
  }
  return context;
}
