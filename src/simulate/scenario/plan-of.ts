import { SIDES, type Side } from '../../core/clock.js';
import type { Archive, ColumnUse, Invariant, Plan, SidePlan, Tier, UnitPlan } from '../../core/plan.js';
import { ARCHIVE, MARK_COLUMN } from './marks.js';
import type { Setup, SideKind } from './setup.js';
import { REFERENCES, UNITS } from './units.js';

const BY_KEY = new Map([...UNITS, ...REFERENCES].map((unit) => [unit.key, unit]));

const IN_ORDER: Invariant = {
  id: 'low-below-high',
  units: ['low', 'high'],
  holds: (values) => values.low === null || values.high === null || Number(values.low) <= Number(values.high),
  message: 'low must not exceed high',
};

export function planOf(setup: Setup): Plan {
  const units = setup.units.map((key) => BY_KEY.get(key) as UnitPlan);
  return {
    pipeline: 'simulated',
    revision: 1,
    units,
    unit: new Map(units.map((unit) => [unit.key, unit])),
    sides: { A: sidePlan('A', units, setup), B: sidePlan('B', units, setup) },
    holdSets: setup.holdTogether.length > 0 ? [new Set(setup.holdTogether)] : [],
    invariants: setup.units.includes('low') && setup.units.includes('high') ? [IN_ORDER] : [],
    flap: { flips: setup.flips, windowMs: 100_000 },
    life: { aDeleted: setup.life.a, bDeleted: setup.life.b, deleteVsEdit: setup.life.edited },
    dependants: new Map(),
    suspended: new Map(),
    ...(SIDES.some((side) => setup.sides[side].archives === true) && { archive: archivesOf(setup) }),
  };
}

/** The same pipeline after somebody edited the policy of one unit: it is reviewed now. */
export function withReview(plan: Plan, key: string): Plan {
  const units = plan.units.map((unit) =>
    unit.key === key ? { ...unit, policy: { strategy: 'review' as const } } : unit,
  );
  return {
    ...plan,
    revision: plan.revision + 1,
    units,
    unit: new Map(units.map((unit) => [unit.key, unit])),
  };
}

function archivesOf({ sides }: Setup): Partial<Record<Side, Archive>> {
  return Object.fromEntries(
    SIDES.flatMap((side) => (sides[side].archives === true ? [[side, ARCHIVE]] : [])),
  );
}

function sidePlan(side: Side, units: readonly UnitPlan[], setup: Setup): SidePlan {
  const column = new Map<string, ColumnUse>();
  for (const unit of units)
    for (const member of unit.members) {
      const name = member[side];
      if (name !== null) column.set(name, { unit: unit.key, field: member.field });
    }
  const { kind, archives = false } = setup.sides[side];
  return {
    side,
    label: side === 'A' ? 'CRM' : 'ERP',
    tier: tierOf(kind),
    orderedLog: kind === 'T0 log',
    columns: [...column.keys(), ...(archives ? [MARK_COLUMN] : [])],
    column,
  };
}

export function tierOf(kind: SideKind): Tier {
  return kind.slice(0, 2) as Tier;
}
