import { describe, expect, it } from '@jest/globals';
import { mostWithin } from '../../src/core/guard.js';

describe('the limit of a guard', () => {
  it('is a number of records, or a share of those that are linked, whichever is more', () => {
    const limit = { windowMs: 1000, maxCount: 20, maxPercent: 2 };
    expect(mostWithin(100, limit)).toBe(20);
    expect(mostWithin(5_050, limit)).toBe(101);
  });

  it('is none at 100 %, though more may have gone than are linked now', () => {
    expect(mostWithin(3, { windowMs: 1000, maxCount: 0, maxPercent: 100 })).toBe(Infinity);
  });
});
