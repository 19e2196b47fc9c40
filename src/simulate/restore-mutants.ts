import type { Mutant } from './mutant.js';
import type { Setup } from './scenario/setup.js';

/** Runs that are set back again and again, of few fields, between sides that take everything. */
const setBack =
  (what: NonNullable<Setup['setBack']>, units: readonly string[], often: Setup['often'] = {}) =>
  (setup: Setup): Setup => ({
    ...setup,
    units,
    holdTogether: [],
    setBack: what,
    sides: { A: { ...setup.sides.A, refuses: false }, B: { ...setup.sides.B, refuses: false } },
    often: { life: 0, ...often },
  });

/** Protections of restores. */
export const RESTORE_MUTANTS: readonly Mutant[] = [
  { without: 'setBackIsNoEdit', runs: 60, kinds: ['T0 log'], tune: setBack(['A', 'B'], ['owner', 'review']) },
  {
    without: 'setBackKeepsEdits',
    runs: 150,
    kinds: ['T0 log'],
    tune: setBack(['A', 'B'], ['review', 'newest'], { decide: 0.3, edit: 2 }),
  },
  { without: 'reuniteAgreed', runs: 200, kinds: ['T0 log'], tune: setBack(['hub'], ['sum', 'stock']) },
  {
    without: 'skipForgottenNumbers',
    runs: 150,
    kinds: ['T0 log'],
    tune: setBack(['hub'], ['owner', 'review']),
  },
];
