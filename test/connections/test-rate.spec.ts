import { describe, expect, it } from '@jest/globals';
import { AppError } from '../../src/common/errors.js';
import { TestRate } from '../../src/connections/test-rate.js';

describe('the tests of connections that one person may make', () => {
  it('are twenty a minute, and the next as soon as the oldest is a minute old', () => {
    let now = 0;
    const rate = new TestRate(() => now);
    for (let n = 0; n < 20; n += 1) {
      now = n * 1_000;
      rate.count('ann');
    }
    now = 30_000;
    let refused: unknown;
    try {
      rate.count('ann');
    } catch (error) {
      refused = error;
    }
    expect(refused).toBeInstanceOf(AppError);
    expect(refused).toMatchObject({ code: 'too-many-attempts', details: { retryAfterSeconds: 30 } });
    expect(() => rate.count('bob')).not.toThrow();
    now = 60_001;
    expect(() => rate.count('ann')).not.toThrow();
    expect(() => rate.count('ann')).toThrow(AppError);
  });
});
