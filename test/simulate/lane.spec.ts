import { describe, it } from '@jest/globals';
import { expectKept } from '../support/simulate/expect-kept.js';

describe('two sides with a log', () => {
  it('keep all promises in 1,500 histories', () => {
    expectKept(1, 1_500, { kinds: ['T0 log'] });
  }, 120_000);
});

describe('two sides that compare single fields and are read as states', () => {
  it('keep all promises in 1,500 histories', () => {
    expectKept(10_001, 1_500, { kinds: ['T0'] });
  }, 120_000);
});

describe('a record that leaves the scope of its pipeline and comes back, again and again', () => {
  it('is not written meanwhile, and nothing is lost by it, in 600 histories', () => {
    expectKept(20_001, 600, { tune: (setup) => ({ ...setup, often: { ...setup.often, scope: 4 } }) });
  }, 120_000);
});
