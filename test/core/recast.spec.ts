import { describe, expect, it } from '@jest/globals';
import { acknowledge } from '../../src/core/author.js';
import { fromBothSides } from '../../src/core/linking.js';
import { observe } from '../../src/core/observe.js';
import { lacksHead } from '../../src/core/push.js';
import { forgotten, recast } from '../../src/core/recast.js';
import { derive } from '../../src/core/derive.js';
import { CanonError } from '../../src/core/errors.js';
import type { UnitPlan } from '../../src/core/plan.js';
import type { Unit } from '../../src/core/unit.js';
import { SIDE_PLANS, unitPlan } from '../support/core/unit-plans.js';

const plain = unitPlan('x', { strategy: 'review' });
/** B holds what A holds, in capitals. */
const capitals: UnitPlan = {
  ...plain,
  get: (side, raw) => (side === 'A' && typeof raw === 'string' ? raw.toUpperCase() : raw),
  put: (side, value) => (side === 'A' && typeof value === 'string' ? value.toLowerCase() : value),
};
const numbers: UnitPlan = {
  ...plain,
  get: (_side, raw) => {
    if (typeof raw !== 'string' || !/^\d+$/.test(raw))
      throw new CanonError('value-type', 'x', 'a whole number', 'something else');
    return raw;
  },
};

const linked = (a: string, b: string): Unit =>
  fromBothSides(plain, { value: a, raw: a, stamp: null }, { value: b, raw: b, stamp: null });
const seen = (unit: Unit, side: 'A' | 'B', value: string): Unit =>
  observe(plain, unit, { side, value, raw: value, stamp: null, by: null, stale: false }).unit;
const outcome = (plan: UnitPlan, unit: Unit): string =>
  derive({ plan, unit, now: 0, sides: SIDE_PLANS, context: {} }).kind;

describe('a unit understood anew', () => {
  it.each([
    ['agreed', linked('x', 'x')],
    ['edited on one side', seen(linked('x', 'x'), 'A', 'y')],
    ['in conflict', linked('x', 'y')],
  ])('stays as it is while the mapping is the same: %s', (_, unit) => {
    const after = recast(plain, plain, unit, 0);
    expect([after.head, after.A.value, after.B.value, after.incA, after.incB, after.tick]).toEqual([
      unit.head,
      unit.A.value,
      unit.B.value,
      unit.incA,
      unit.incB,
      unit.tick,
    ]);
    expect(outcome(plain, after)).toBe(outcome(plain, unit));
  });

  it('is written where it no longer says the same, and no side has edited anything', () => {
    const after = recast(plain, capitals, linked('x', 'x'), 0);
    expect(after.head.value).toBe('X');
    expect(after.head.dot?.actor).toBe('H');
    expect(after.tick.slice(0, 2)).toEqual(linked('x', 'x').tick.slice(0, 2));
    expect([lacksHead(capitals, after, 'A'), lacksHead(capitals, after, 'B')]).toEqual([false, true]);
    expect(outcome(capitals, after)).toBe('rest');
    expect(acknowledge(after, 'B', 'X').B.value).toBe('X');
  });

  it('stands as the side has it that it came from', () => {
    const flowed = seen(linked('x', 'x'), 'B', 'y');
    const { dot, ctx } = flowed.B;
    const agreed = acknowledge(
      acknowledge({ ...flowed, head: { ...flowed.head, value: 'y', dot, ctx } }, 'B', 'y'),
      'A',
      'y',
    );
    const after = recast(plain, capitals, agreed, 0);
    expect(after.head.value).toBe('y');
    expect([lacksHead(capitals, after, 'A'), lacksHead(capitals, after, 'B')]).toEqual([true, false]);
  });

  it('agrees at once where it says the same now', () => {
    const after = recast(plain, { ...plain, equal: () => true }, linked('x', 'y'), 0);
    expect(outcome({ ...plain, equal: () => true }, after)).toBe('author');
  });

  it('is blocked where a side holds what the new mapping cannot read, and nothing is lost', () => {
    const after = recast(plain, numbers, linked('x', 'x'), 7);
    expect(after.blocked).toMatchObject({ side: 'A', code: 'unreadable', since: 7 });
    expect([after.A.raw, after.B.raw]).toEqual(['x', 'x']);
    expect([lacksHead(numbers, after, 'A'), lacksHead(numbers, after, 'B')]).toEqual([false, false]);
  });

  it('knows nothing of an earlier field of its name, and never gives a dot twice', () => {
    const before = seen(linked('x', 'x'), 'A', 'y');
    const after = forgotten(before);
    expect(after.tick).toEqual(before.tick);
    expect([after.head.value, after.A.value, after.incA]).toEqual([null, null, undefined]);
  });
});
