import { decode, encode } from '../../src/core/canon/codec.js';
import type { Side } from '../../src/core/clock.js';
import type { FieldPlan, Plan, SidePlan, UnitPlan } from '../../src/core/plan.js';
import { stableStringify, type FieldType, type Json } from '../../src/core/value.js';

const review = { strategy: 'review' } as const;

export function field(key: string, type: FieldType, over: Partial<UnitPlan> = {}): UnitPlan {
  const member: FieldPlan = { field: key, type, A: key, B: `b_${key}` };
  return {
    key,
    members: [member],
    isGroup: false,
    type,
    direction: 'both',
    policy: review,
    preferNonBlank: false,
    contextOnly: false,
    priority: 'normal',
    pii: false,
    compareKey: stableStringify,
    equal: (x, y) => stableStringify(x) === stableStringify(y),
    get: (_side, raw) => decode(type, raw, key),
    put: (_side, value) => encode(type, value),
    ...over,
  };
}

function group(key: string, names: readonly string[]): UnitPlan {
  const parts = (value: Json): { readonly [name: string]: Json } =>
    (value ?? {}) as { readonly [name: string]: Json };
  return {
    ...field(key, 'text'),
    isGroup: true,
    type: 'group',
    members: names.map((name) => ({ field: name, type: 'text' as const, A: name, B: `b_${name}` })),
    get: (_side, raw) =>
      Object.fromEntries(names.map((name) => [name, decode('text', parts(raw)[name] ?? null, name)])),
    put: (_side, value) =>
      Object.fromEntries(names.map((name) => [name, encode('text', parts(value)[name] ?? null)])),
  };
}

const side = (of: Side, label: string): SidePlan => ({
  side: of,
  label,
  tier: 'T0',
  orderedLog: true,
  columns: [],
  column: new Map(),
});

/** A plan by hand, as small as the API needs it: every kind of value and policy that a person meets. */
export function reviewPlan(pipeline = 'companies', more: readonly UnitPlan[] = []): Plan {
  const units = [
    field('name', 'text'),
    field('email', 'text'),
    field('notes', 'text'),
    field('tags', 'set'),
    field('amount', 'decimal', { priority: 'high' }),
    // Support keeps five characters: what is longer does not come back as it was typed.
    field('code', 'text', {
      put: (at, value) => (at === 'B' && typeof value === 'string' ? value.slice(0, 5) : value),
    }),
    field('phone', 'text', { policy: { strategy: 'owner', owner: 'B', onForeignEdit: 'review' } }),
    field('score', 'integer', {
      direction: 'AtoB',
      policy: { strategy: 'owner', owner: 'A', onForeignEdit: 'ignore' },
    }),
    group('address', ['street', 'city']),
    ...more,
  ];
  return {
    pipeline,
    revision: 1,
    units,
    unit: new Map(units.map((unit) => [unit.key, unit])),
    sides: { A: side('A', 'CRM'), B: side('B', 'Support') },
    holdSets: [],
    invariants: [],
    flap: { flips: 4, windowMs: 600_000 },
    life: { aDeleted: 'review', bDeleted: 'review', deleteVsEdit: 'review' },
    suspended: new Map(),
    dependants: new Map(),
  };
}
