import { describe, it } from '@jest/globals';
import { expectKept } from '../support/simulate/expect-kept.js';

describe('two sides that compare the version of a record', () => {
  it('keep all promises in 1,500 histories, whether versions can be ordered or not', () => {
    expectKept(20_001, 1_500, { kinds: ['T1', 'T1 unordered'] });
  }, 120_000);

  it('keep all promises in 1,000 histories where only coarse stamps order the versions', () => {
    expectKept(30_001, 1_000, { kinds: ['T1 coarse'] });
  }, 120_000);

  it('keep all promises in 1,000 histories where the coarse stamp is all that is compared', () => {
    expectKept(40_001, 1_000, { kinds: ['T2'] });
  }, 120_000);
});
