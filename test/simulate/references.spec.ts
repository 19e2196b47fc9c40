import { describe, it } from '@jest/globals';
import { withReferences } from '../../src/simulate/generate.js';
import { Random } from '../../src/simulate/random.js';
import type { Setup } from '../../src/simulate/scenario/setup.js';
import { expectKept } from '../support/simulate/expect-kept.js';

/** Differs from run to run as the setups do. */
const pointing = (setup: Setup): Setup =>
  setup.units.includes('boss')
    ? setup
    : withReferences(new Random(setup.units.length * 31 + setup.flips + setup.sides.A.staleMs), setup);

describe('a record that points to others', () => {
  it('points to the same ones on both sides, in 400 histories between sides of any tier', () => {
    expectKept(1, 400, { tune: pointing });
  }, 120_000);

  it('does so in 120 histories between two sides with a log, where it is also deleted and made again', () => {
    expectKept(1, 120, { kinds: ['T0 log'], tune: pointing });
  }, 120_000);
});
