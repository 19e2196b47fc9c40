import { describe, it } from '@jest/globals';
import { SIDES } from '../../src/core/clock.js';
import type { Setup } from '../../src/simulate/scenario/setup.js';
import { expectKept } from '../support/simulate/expect-kept.js';

const setBack =
  (what: NonNullable<Setup['setBack']>) =>
  (setup: Setup): Setup =>
    setup.units.some((key) => ['boss', 'home', 'site'].includes(key)) ? setup : { ...setup, setBack: what };

describe('a history in which something is set back to a backup', () => {
  it('loses nothing in silence where it is one of the sides, in 400 histories', () => {
    expectKept(1, 400, { kinds: ['T0 log'], tune: setBack(SIDES) });
  }, 120_000);

  it('loses nothing in silence where it is the database of Accord itself, in 400 histories', () => {
    expectKept(1, 400, { kinds: ['T0 log'], tune: setBack(['hub']) });
  }, 120_000);
});
