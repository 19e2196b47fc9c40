import { describe, expect, it } from '@jest/globals';
import { defaultClock, readUnit, writeFresh, writeUnit } from '../../src/core/at-rest.js';
import { acknowledge } from '../../src/core/author.js';
import { CanonError } from '../../src/core/errors.js';
import { fromBothSides, fromOneSide, ORIGIN } from '../../src/core/linking.js';
import { observe } from '../../src/core/observe.js';
import { readRegisters } from '../support/core/notation.js';
import { POLICIES } from '../support/core/policies.js';
import { unitPlan } from '../support/core/unit-plans.js';

const PLAN = unitPlan('name', POLICIES.review);
const CLOCK = defaultClock(ORIGIN.both);

describe('registers at rest', () => {
  it('a value under the default clock is the value and nothing else', () => {
    for (const value of ['Acme', null, true, 7]) {
      const unit = fromBothSides(
        PLAN,
        { value, raw: value, stamp: null },
        { value, raw: value, stamp: null },
      );
      expect(writeUnit(PLAN, CLOCK, unit)).toEqual({ field: value, open: null });
    }
  });

  it('a compound value is never taken for a stored unit', () => {
    const value = { v: 'not a unit', d: 'A9' };
    const unit = fromBothSides(PLAN, { value, raw: value, stamp: null }, { value, raw: value, stamp: null });
    const { field } = writeUnit(PLAN, CLOCK, unit);
    expect(readUnit(CLOCK, field, undefined).head.value).toEqual(value);
  });

  it('a fresh unit of one side is stored in one step as in two', () => {
    for (const value of ['Acme', ['a', 'b'], null]) {
      const stored = writeUnit(PLAN, defaultClock(ORIGIN.A), fromOneSide('A', value, value));
      expect(writeFresh(PLAN, 'A', value, value)).toEqual(stored.field);
      expect(stored.open).toBeNull();
    }
  });

  it("a side's own form is kept where the mapping would write another", () => {
    const trimmed = unitPlan('name', POLICIES.review, { get: (_side, raw) => (raw as string).trim() });
    const unit = acknowledge(readRegisters({ head: 'Acme @B2 (1.1)' }), 'A', 'Acme ');
    const { field, open } = writeUnit(trimmed, CLOCK, unit);
    expect(field).toEqual({ v: 'Acme', d: 'B2', a: 'Acme ' });
    expect(readUnit(CLOCK, field, open ?? undefined).A.raw).toBe('Acme ');
  });

  it('numbers that were used up stay used up', () => {
    const unit = readRegisters({ head: 'v @H1 (1.1)' });
    const back = ['x', 'v'].reduce(
      (now, value) =>
        observe(PLAN, now, { side: 'A', value, raw: value, stamp: null, by: null, stale: false }).unit,
      unit,
    );
    const { field, open } = writeUnit(PLAN, CLOCK, back);
    expect(open).toBeNull();
    expect(readUnit(CLOCK, field, undefined).tick).toEqual([3, 1, 1, 0]);
  });

  it('the base of a merge is kept to the letter, even where it counts as equal to head', () => {
    const loose = unitPlan('note', POLICIES['merge text'], {
      equal: (x, y) => (x as string).toLowerCase() === (y as string).toLowerCase(),
    });
    const unit = readRegisters({ head: 'one two @B2 (1.1)', A: 'ONE two @A1', incA: 'ONE two' });
    const { field, open } = writeUnit(loose, CLOCK, unit);
    expect(readUnit(CLOCK, field, open ?? undefined).incA).toEqual({ value: 'ONE two' });
  });

  it('a unit that was never seen shares no past with anything', () => {
    const unit = readUnit(CLOCK, undefined, undefined);
    expect(unit).toMatchObject({
      head: { value: null, dot: null },
      incA: undefined,
      incB: undefined,
      tick: [0, 0, 0, 0],
    });
    const { field, open } = writeUnit(PLAN, CLOCK, unit);
    expect(readUnit(CLOCK, field, open ?? undefined)).toEqual(unit);
  });

  it('a value that could not be written back is stored all the same', () => {
    const oneWay = unitPlan('name', POLICIES.review, {
      put: () => {
        throw new CanonError('transform-failed', 'name', 'a value that can be written', 'x');
      },
    });
    const unit = observe(oneWay, readRegisters({ head: 'v @H1 (1.1)' }), {
      side: 'A',
      value: 'x',
      raw: ' x',
      stamp: null,
      by: null,
      stale: false,
    }).unit;
    const { field, open } = writeUnit(oneWay, CLOCK, unit);
    expect(readUnit(CLOCK, field, open ?? undefined).A).toMatchObject({ value: 'x', raw: ' x' });
    expect(writeFresh(oneWay, 'A', 'x', ' x')).toEqual({ v: 'x', a: ' x' });
  });
});
