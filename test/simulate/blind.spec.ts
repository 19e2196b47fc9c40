import { describe, expect, it } from '@jest/globals';
import { tally } from '../../src/simulate/tally.js';
import { expectKept } from '../support/simulate/expect-kept.js';

describe('two sides that are written blindly', () => {
  it('keep all promises in 1,500 histories where they tell the history of every field', () => {
    expectKept(50_001, 1_500, { kinds: ['T3'] });
  }, 120_000);

  it('lose edits in silence where they tell nothing: that is why nothing is promised for them', () => {
    const { by } = tally(60_001, 300, { kinds: ['T4'] });
    expect(by.P2).toBeGreaterThan(30);
  });
});
