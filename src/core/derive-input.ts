import type { Side } from './clock.js';
import type { RuleScope, SidePlan, UnitPlan } from './plan.js';
import type { Unit } from './unit.js';

export interface DeriveInput {
  readonly plan: UnitPlan;
  readonly unit: Unit;
  /** Hub time, ms. */
  readonly now: number;
  readonly sides: Readonly<Record<Side, SidePlan>>;
  /** Values of the units that this unit's rules read. */
  readonly context: RuleScope['context'];
}
