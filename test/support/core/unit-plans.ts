import type { FieldPlan, LifePolicy, Plan, Policy, SidePlan, UnitPlan } from '../../../src/core/plan.js';
import type { Side } from '../../../src/core/clock.js';
import { jsonEqual, stableStringify, type FieldType } from '../../../src/core/value.js';

/** Unit plans made by hand, with the side's raw being the canonical value: what the kernel does with them is all that shows. */
export function unitPlan(key: string, policy: Policy, more: Partial<UnitPlan> = {}): UnitPlan {
  const type: FieldType | 'group' = more.type ?? typeFor(policy);
  const fields: readonly FieldPlan[] = more.members ?? [
    { field: key, type: type === 'group' ? 'json' : type, A: key, B: key },
  ];
  return {
    key,
    members: fields,
    isGroup: type === 'group',
    direction: 'both',
    policy,
    preferNonBlank: false,
    contextOnly: false,
    priority: 'normal',
    pii: false,
    compareKey: stableStringify,
    equal: jsonEqual,
    get: (_side, raw) => raw,
    put: (_side, value) => value,
    ...more,
    type,
  };
}

function typeFor(policy: Policy): FieldType {
  if (policy.strategy !== 'merge') return 'text';
  switch (policy.merge) {
    case 'set':
      return 'set';
    case 'text':
      return 'text';
    case 'json':
      return 'json';
    default:
      return 'integer';
  }
}

export const SIDE_PLANS: Readonly<Record<Side, SidePlan>> = {
  A: {
    side: 'A',
    label: 'CRM',
    tier: 'T0',
    orderedLog: true,
    columns: [],
    column: new Map(),
  },
  B: {
    side: 'B',
    label: 'ERP',
    tier: 'T0',
    orderedLog: true,
    columns: [],
    column: new Map(),
  },
};

export const REVIEWED_DELETES: LifePolicy = {
  aDeleted: 'review',
  bDeleted: 'review',
  deleteVsEdit: 'review',
};

export function recordPlan(units: readonly UnitPlan[], more: Partial<Plan> = {}): Plan {
  return {
    pipeline: 'hand-made',
    revision: 1,
    units,
    unit: new Map(units.map((unit) => [unit.key, unit])),
    sides: SIDE_PLANS,
    holdSets: [],
    invariants: [],
    flap: { flips: 1_000, windowMs: 60_000 },
    life: REVIEWED_DELETES,
    suspended: new Map(),
    dependants: new Map(),
    ...more,
  };
}
