import type { Policy, Rule } from '../../../src/core/plan.js';

/** The policies that the case tables and the laws speak of, by the name that stands in the tables. */
export const POLICIES = {
  review: { strategy: 'review' },
  'owner A, accept': { strategy: 'owner', owner: 'A', onForeignEdit: 'accept' },
  'owner A, revert': { strategy: 'owner', owner: 'A', onForeignEdit: 'revert' },
  'owner A, review': { strategy: 'owner', owner: 'A', onForeignEdit: 'review' },
  'owner A, ignore': { strategy: 'owner', owner: 'A', onForeignEdit: 'ignore' },
  'owner B, accept': { strategy: 'owner', owner: 'B', onForeignEdit: 'accept' },
  'owner B, revert': { strategy: 'owner', owner: 'B', onForeignEdit: 'revert' },
  newest: { strategy: 'newest', skewMs: 0, tie: 'review' },
  'newest, skew 10': { strategy: 'newest', skewMs: 10, tie: 'review' },
  'newest, ties to A': { strategy: 'newest', skewMs: 0, tie: 'A' },
  'merge set': { strategy: 'merge', merge: 'set' },
  'merge counter': { strategy: 'merge', merge: 'counter' },
  'merge counter up to 10': { strategy: 'merge', merge: 'counter', bounds: { max: '10' } },
  'merge text': { strategy: 'merge', merge: 'text' },
  'merge json': { strategy: 'merge', merge: 'json' },
  'merge max': { strategy: 'merge', merge: 'max' },
  'merge min': { strategy: 'merge', merge: 'min' },
  'rule: take B': { strategy: 'rules', rules: [rule('prefer-b', 'B')] },
  'rule: take base': { strategy: 'rules', rules: [rule('keep', 'base')] },
  'rule that never matches': {
    strategy: 'rules',
    rules: [{ ...rule('never', 'A'), when: () => false }],
  },
} as const satisfies Readonly<Record<string, Policy>>;

export type PolicyName = keyof typeof POLICIES;

/** Those under which nothing but a value's place in history decides what a lone change does. */
export const PLAIN: readonly PolicyName[] = [
  'review',
  'owner A, accept',
  'owner B, accept',
  'newest',
  'newest, ties to A',
  'merge text',
  'rule: take B',
  'rule: take base',
  'rule that never matches',
];

function rule(id: string, take: Rule['take']): Rule {
  return { id, when: () => true, take, skewMs: 0, merge: null };
}
