import { expect, it } from '@jest/globals';
import { closureOf } from '../../src/core/closure.js';
import { POLICIES } from '../support/core/policies.js';
import { recordPlan, unitPlan } from '../support/core/unit-plans.js';

const UNITS = ['a', 'b', 'c', 'd', 'e', 'f'].map((key) => unitPlan(key, POLICIES.review));

it('a unit that nothing ties to another stands alone', () => {
  expect(closureOf(recordPlan(UNITS)).get('c')).toEqual(['c']);
});

it('hold sets, rules across fields and units that rules read are loaded together, in plan order', () => {
  const closure = closureOf(
    recordPlan(UNITS, {
      holdSets: [new Set(['c', 'a'])],
      invariants: [{ id: 'i', units: ['d', 'c'], holds: () => true, message: '' }],
      dependants: new Map([['e', ['d']]]),
    }),
  );
  for (const key of ['a', 'c', 'd', 'e']) expect(closure.get(key)).toEqual(['a', 'c', 'd', 'e']);
  expect(closure.get('b')).toEqual(['b']);
});

it('sets that overlap become one', () => {
  const closure = closureOf(
    recordPlan(UNITS, { holdSets: [new Set(['a', 'b']), new Set(['e', 'f']), new Set(['b', 'e'])] }),
  );
  expect(closure.get('f')).toEqual(['a', 'b', 'e', 'f']);
});
