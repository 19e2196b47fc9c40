import { rawOf } from './at-rest.js';
import { SIDES, type Side } from './clock.js';
import { CanonError } from './errors.js';
import { LIFE, type Plan, type Scope } from './plan.js';
import { image, incorporated, type Unit } from './unit.js';
import type { Raw } from './value.js';

/**
 * The sides on which a record is outside of the scope of its pipeline, by what is known of its rows; empty: it takes part. Derived from
 * the registers like everything else, so that leaving and coming back need no memory of their own.
 */
export function outOfScope(plan: Plan, units: ReadonlyMap<string, Unit>): readonly Side[] {
  if (plan.scope === undefined) return [];
  return SIDES.filter((side) => standing(plan, side, units) === 'out');
}

/** False while a column that a scope reads was not read yet: nothing may be decided over the record meanwhile. */
export function isScopeKnown(plan: Plan, units: ReadonlyMap<string, Unit>): boolean {
  return plan.scope === undefined || SIDES.every((side) => standing(plan, side, units) !== 'unread');
}

/** Whether a row of a side, as the side shows it, takes part. */
export function isInScope(plan: Plan, side: Side, row: Readonly<Record<string, Raw>>): boolean {
  return plan.scope?.[side]?.holds(row) ?? true;
}

/** Of a record that no scope, but a person excludes. */
export const KEPT_OUT = 'kept out of sync by a person';

/** Why a record is excluded, for people. */
export function scopeWords(plan: Plan, sides: readonly Side[]): string {
  return sides
    .map((side) => `out of scope: ${plan.sides[side].label} has not ${plan.scope?.[side]?.filter ?? ''}`)
    .join('; ');
}

function standing(plan: Plan, side: Side, units: ReadonlyMap<string, Unit>): 'in' | 'out' | 'unread' {
  const scope = plan.scope?.[side];
  if (scope === undefined) return 'in';
  const row = knownRow(plan, scope, side, units);
  // What is gone before it was read for this cannot be read any more: its deletion is settled like any other.
  if (row === 'unread') return units.get(LIFE)?.[side].value === 'deleted' ? 'in' : 'unread';
  return row !== 'unwritable' && scope.holds(row) ? 'in' : 'out';
}

function knownRow(
  plan: Plan,
  scope: Scope,
  side: Side,
  units: ReadonlyMap<string, Unit>,
): Readonly<Record<string, Raw>> | 'unread' | 'unwritable' {
  const row: Record<string, Raw> = {};
  for (const column of scope.columns) {
    const use = plan.sides[side].column.get(column);
    const unitPlan = use === undefined ? undefined : plan.unit.get(use.unit);
    const unit = use === undefined ? undefined : units.get(use.unit);
    if (use === undefined || unitPlan === undefined || unit === undefined || isUnread(unit, side))
      return 'unread';
    try {
      const raw = rawOf(unitPlan, side, image(unit, side));
      row[column] = unitPlan.isGroup
        ? ((raw as Readonly<Record<string, Raw>> | null)?.[use.field] ?? null)
        : raw;
    } catch (error) {
      if (error instanceof CanonError) return 'unwritable';
      throw error;
    }
  }
  return row;
}

function isUnread(unit: Unit, side: Side): boolean {
  return image(unit, side).dot === null && incorporated(unit, side) === undefined;
}
