import fc from 'fast-check';
import type { Side } from '../../../src/core/clock.js';
import type { Plan, UnitPlan } from '../../../src/core/plan.js';
import type { Canon } from '../../../src/core/value.js';
import { POLICIES, type PolicyName } from './policies.js';
import { recordPlan, unitPlan } from './unit-plans.js';
import type { Action } from './world.js';
import { mergeOf, World } from './world.js';

const NAMES: readonly PolicyName[] = [
  'review',
  'owner A, accept',
  'owner A, revert',
  'owner B, accept',
  'owner B, revert',
  'owner A, review',
  'newest',
  'newest, ties to A',
  'merge set',
  'merge counter',
  'merge text',
  'merge max',
  'rule: take B',
  'rule: take base',
  'rule that never matches',
];

const CANDIDATES: readonly UnitPlan[] = [
  ...NAMES.map((name) => unitPlan(name, POLICIES[name])),
  unitPlan('a group', POLICIES.review, { type: 'group' }),
  unitPlan('an owned group', POLICIES['owner A, accept'], { type: 'group' }),
  unitPlan('a value beats a blank', POLICIES.review, { preferNonBlank: true }),
];

const side = fc.constantFrom<Side>('A', 'B');
const unit = fc.nat({ max: 3 });

export const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('edit' as const),
      side,
      unit,
      kind: fc.nat({ max: 11 }),
      also: fc.boolean(),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('transact' as const),
      lines: fc.record({ A: fc.nat({ max: 3 }), B: fc.nat({ max: 3 }) }),
      busy: fc.record({ A: mostlyFalse(), B: mostlyFalse() }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('deliver' as const),
      side,
      fault: fc.constantFrom(
        'none' as const,
        'none' as const,
        'request lost' as const,
        'answer lost' as const,
      ),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('settle' as const), side }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('decide' as const),
      unit,
      looksAgo: fc.nat({ max: 2 }),
      choice: fc.nat({ max: 2 }),
      holdMs: fc.constantFrom(0, 0, 20),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('undo' as const), unit }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat({ max: 30 }) }) },
);

/** Units by name: what a failing run prints stays readable. */
export interface Setup {
  readonly units: readonly string[];
  readonly holdTogether: boolean;
  readonly linked: boolean;
}

export const setup: fc.Arbitrary<Setup> = fc.record({
  units: fc.subarray(
    CANDIDATES.map(({ key }) => key),
    { minLength: 1, maxLength: 4 },
  ),
  holdTogether: mostlyFalse(),
  linked: fc.boolean(),
});

export const actions = fc.array(action, { maxLength: 60, size: 'max' });

export function planOf({ units, holdTogether }: Setup, more: Partial<Plan> = {}): Plan {
  return recordPlan(
    CANDIDATES.filter(({ key }) => units.includes(key)),
    {
      ...(holdTogether && { holdSets: [new Set(units)] }),
      ...more,
    },
  );
}

/** A world of two equal records, or of two that were just linked and differ. */
export function worldOf(of: Setup, more: Partial<Plan> = {}): World {
  return new World(planOf(of, more), of.linked, (plan, on) =>
    of.linked ? linkedValue(plan, on) : equalValue(plan),
  );
}

function equalValue(plan: UnitPlan): Canon {
  switch (mergeOf(plan)) {
    case 'set':
      return ['old', 'vip'];
    case 'counter':
    case 'max':
      return '10';
    case 'text':
      return 'one two three four';
    default:
      return plan.isGroup ? { street: 'High', zip: '1' } : 'v';
  }
}

/** Merges start from a shared past: without one their exactness cannot be told from outside. */
function linkedValue(plan: UnitPlan, on: Side): Canon {
  if (mergeOf(plan) !== null) return equalValue(plan);
  if (plan.isGroup) return { street: on === 'A' ? 'High' : null, zip: '1' };
  return on === 'A' ? 'a' : plan.preferNonBlank ? null : 'b';
}

function mostlyFalse(): fc.Arbitrary<boolean> {
  return fc.constantFrom(false, false, false, true);
}
