import { describe, expect, it } from '@jest/globals';
import { fullJitter } from '../../src/common/backoff.js';

describe('the wait before another try', () => {
  const limits = { firstMs: 10_000, mostMs: 3_600_000, leastMs: 1_000 };

  it('is spread over a limit that doubles and ends', () => {
    expect(fullJitter(1, limits, () => 1)).toBe(10_000);
    expect(fullJitter(2, limits, () => 0.5)).toBe(10_000);
    expect(fullJitter(5, limits, () => 1)).toBe(160_000);
    expect(fullJitter(400, limits, () => 1)).toBe(3_600_000);
  });

  it('is never shorter than the least', () => {
    expect(fullJitter(1, limits, () => 0)).toBe(1_000);
    expect(fullJitter(1, { firstMs: 100, mostMs: 1_000 }, () => 0)).toBe(0);
  });
});
