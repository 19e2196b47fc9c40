import type { Policy, UnitPlan } from '../../core/plan.js';
import { NOBODY, referenceLens } from '../../core/reference.js';
import { jsonEqual, stableStringify, type Canon, type FieldType, type Raw } from '../../core/value.js';

/** Ends a value that a side keeps in a form of its own; reading takes it away again. */
export const FORM = '~';

/** The units that runs are made of: every policy, and everything that holds units together. */
export const UNITS: readonly UnitPlan[] = [
  unit('review', { strategy: 'review' }),
  unit('status', { strategy: 'review' }),
  unit('owner', { strategy: 'owner', owner: 'A', onForeignEdit: 'accept' }),
  unit('strict', { strategy: 'owner', owner: 'A', onForeignEdit: 'revert' }),
  unit('guarded', { strategy: 'owner', owner: 'B', onForeignEdit: 'review' }),
  unit('ignored', { strategy: 'owner', owner: 'A', onForeignEdit: 'ignore' }),
  unit('newest', { strategy: 'newest', skewMs: 0, tie: 'review' }),
  unit('newest-a', { strategy: 'newest', skewMs: 2, tie: 'A' }),
  unit('tags', { strategy: 'merge', merge: 'set' }),
  unit('sum', { strategy: 'merge', merge: 'counter' }),
  unit('stock', { strategy: 'merge', merge: 'counter', bounds: { min: '0', max: '14' } }),
  unit('peak', { strategy: 'merge', merge: 'max' }),
  unit('floor', { strategy: 'merge', merge: 'min' }),
  unit('notes', { strategy: 'merge', merge: 'text' }),
  unit('extra', { strategy: 'merge', merge: 'json' }),
  group('address', { strategy: 'review' }),
  group('money', { strategy: 'owner', owner: 'B', onForeignEdit: 'accept' }),
  unit('phone', { strategy: 'review' }, { preferNonBlank: true }),
  unit('ruled', {
    strategy: 'rules',
    rules: [{ id: 'prefer-b', when: () => true, take: 'B', skewMs: 0, merge: null }],
  }),
  unit('asked', {
    strategy: 'rules',
    rules: [{ id: 'ask', when: () => true, take: 'review', skewMs: 0, merge: null }],
  }),
  unit('one-way', { strategy: 'review' }, { direction: 'AtoB' }),
  unit('low', { strategy: 'review' }, { type: 'integer' }),
  unit('high', { strategy: 'owner', owner: 'B', onForeignEdit: 'accept' }, { type: 'integer' }),
];

/** Units whose values point to other records. What an id means depends on the run (`withCrosswalks`). */
export const REFERENCES: readonly UnitPlan[] = [
  reference('boss', { strategy: 'review' }),
  reference('home', { strategy: 'owner', owner: 'A', onForeignEdit: 'accept' }),
  reference('site', { strategy: 'newest', skewMs: 0, tie: 'review' }),
];

function reference(key: string, policy: Policy): UnitPlan {
  const pipeline = 'targets';
  return unit(key, policy, { reference: pipeline, ...referenceLens(key, pipeline, NOBODY) });
}

function unit(key: string, policy: Policy, more: Partial<UnitPlan> = {}): UnitPlan {
  const type: FieldType = more.type === undefined || more.type === 'group' ? typeFor(policy) : more.type;
  return {
    key,
    members: [{ field: key, type, A: key, B: key }],
    isGroup: false,
    direction: 'both',
    policy,
    preferNonBlank: false,
    contextOnly: false,
    priority: 'normal',
    pii: false,
    compareKey: stableStringify,
    equal: jsonEqual,
    get: (_side, raw) => plain(raw),
    put: (_side, value) => value,
    ...more,
    type,
  };
}

function group(key: string, policy: Policy): UnitPlan {
  const members = ['street', 'zip'].map((field) => ({
    field,
    type: 'text' as const,
    A: `${key}.${field}`,
    B: `${key}.${field}`,
  }));
  return { ...unit(key, policy), members, isGroup: true, type: 'group', get: (_side, raw) => raw };
}

function plain(raw: Raw): Canon {
  return typeof raw === 'string' && raw.endsWith(FORM) ? raw.slice(0, -1) : raw;
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
