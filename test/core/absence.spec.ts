import { describe, expect, it } from '@jest/globals';
import { ABSENCE_GUARD, tooManyAbsent } from '../../src/core/absence.js';

describe('records found missing at once', () => {
  it.each([
    [10, 0, false],
    [10, 5, false],
    [10, 6, true],
    [1, 1, true],
    [2, 1, false],
    [0, 0, false],
    [1000, 20, false],
    [1000, 21, true],
    [10_000, 200, false],
    [10_000, 201, true],
  ])('of %i linked ones %i missing: too many is %s', (linked, missing, expected) => {
    expect(tooManyAbsent(linked, missing, ABSENCE_GUARD)).toBe(expected);
  });

  it('are as many as the pipeline allows', () => {
    expect(tooManyAbsent(1000, 30, { maxCount: 30, maxPercent: 0 })).toBe(false);
    expect(tooManyAbsent(1000, 1, { maxCount: 0, maxPercent: 0 })).toBe(true);
    expect(tooManyAbsent(1000, 600, { maxCount: 1000, maxPercent: 2 })).toBe(true);
    expect(tooManyAbsent(1000, 1000, { maxCount: 0, maxPercent: 100 })).toBe(false);
  });
});
