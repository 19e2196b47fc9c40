import { describe, it } from '@jest/globals';
import { about } from '../../src/simulate/mix.js';
import { expectKept } from '../support/simulate/expect-kept.js';

describe('a record that points to others', () => {
  it('points to the same ones on both sides, in 300 histories between sides of any tier', () => {
    expectKept(1, 300, { tune: about('references') });
  }, 120_000);

  it('does so in 150 histories between two sides with a log, where it is also deleted and made again', () => {
    expectKept(1, 150, { kinds: ['T0 log'], tune: about('references') });
  }, 120_000);
});
