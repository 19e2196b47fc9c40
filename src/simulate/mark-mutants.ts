import type { Mutant } from './mutant.js';
import type { Setup } from './scenario/setup.js';

/** Rows that are marked and stand again, of few fields, between sides that take everything. */
const marked =
  (units: readonly string[], often: Setup['often'] = {}, on: 'A' | 'B' | 'both' = 'both') =>
  (setup: Setup): Setup => ({
    ...setup,
    units,
    holdTogether: [],
    linked: false,
    life: { a: 'delete', b: 'delete', edited: 'review' },
    sides: {
      A: { ...setup.sides.A, refuses: false, archives: on !== 'B' },
      B: { ...setup.sides.B, refuses: false, archives: on !== 'A' },
    },
    often: { life: 4, ...often },
  });

/** Protections of rows that are deleted by a mark. */
export const MARK_MUTANTS: readonly Mutant[] = [
  { without: 'followMarks', runs: 60, kinds: ['T0 log'], tune: marked(['owner', 'review']) },
  {
    without: 'keepOwnStanding',
    runs: 600,
    kinds: ['T0 log'],
    tune: marked(['owner'], { life: 3, edit: 0.5, turn: 2 }),
  },
  {
    without: 'markAsKnown',
    runs: 300,
    kinds: ['T0 log'],
    tune: marked(['review'], { edit: 3, turn: 0.5, carry: 0.3 }),
  },
  {
    without: 'unmarkAsKnown',
    runs: 300,
    kinds: ['T0 log'],
    tune: marked(['review', 'owner'], { edit: 3, decide: 3, turn: 0.5, carry: 0.3 }),
  },
  { without: 'unmarkStandingRow', runs: 100, kinds: ['T0 log'], tune: marked(['owner', 'review']) },
  { without: 'reviveEnded', runs: 200, kinds: ['T0 log'], tune: marked(['owner']) },
];
