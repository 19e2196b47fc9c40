import type { SwitchName, Switches } from './hub/switches.js';
import { ALL_ON } from './hub/switches.js';
import type { Mutant } from './mutant.js';
import { REFERENCE_MUTANTS } from './reference-mutants.js';
import { MARK_MUTANTS } from './mark-mutants.js';
import { RESTORE_MUTANTS } from './restore-mutants.js';
import type { RunOptions } from './run.js';
import { COARSE_BESIDE_LOG, OLDER_STATE_COMES_LATE, TWO_LOGS, WRITTEN_TWICE_UNREAD } from './scripts.js';
import type { Setup, SideKind, SideSetup } from './scenario/setup.js';
import { tally, type Tally } from './tally.js';

export interface MutantResult extends Tally {
  readonly without: SwitchName;
  readonly runs: number;
}

const UNSURE: readonly SideKind[] = ['T1', 'T1 unordered', 'T2'];

type Tune = NonNullable<Mutant['tune']>;

const all =
  (...tunes: readonly Tune[]): Tune =>
  (setup) =>
    tunes.reduce((tuned, tune) => tune(tuned), setup);

const few =
  (...units: readonly string[]): Tune =>
  (setup) => ({ ...setup, units, holdTogether: [] });

const each =
  (change: Partial<SideSetup>): Tune =>
  (setup) => ({
    ...setup,
    sides: { A: { ...setup.sides.A, ...change }, B: { ...setup.sides.B, ...change } },
  });

const often =
  (steps: Setup['often'], takenBack?: number): Tune =>
  (setup) => ({ ...setup, often: steps, takenBack: takenBack ?? setup.takenBack });

/** Nothing that keeps an undo from meeting an edit. */
const CALM: Setup['often'] = { policy: 0, life: 0, pause: 0, crash: 0.2 };

/** Every protection there is. */
export const MUTANTS: readonly Mutant[] = [
  { without: 'conditionalWrites', runs: 100 },
  {
    without: 'blockRefused',
    runs: 200,
    tune: all(few('review', 'owner'), (s) => ({
      ...s,
      sides: { A: { ...s.sides.A, refuses: false }, B: { ...s.sides.B, refuses: true } },
    })),
  },
  { without: 'dropWhileSent', runs: 150 },
  { without: 'refuseStale', runs: 100 },
  { without: 'freshness', runs: 150, kinds: ['T1 unordered'] },
  { without: 'unknownMayBeApplied', runs: 150, kinds: UNSURE },
  { without: 'unknownMayBeLost', runs: 100 },
  { without: 'missIsUnknown', runs: 250, kinds: UNSURE },
  {
    without: 'settleByLaterState',
    runs: 10,
    tune: (setup) => ({ ...setup, ...COARSE_BESIDE_LOG }),
    script: OLDER_STATE_COMES_LATE,
  },
  { without: 'recogniseEcho', runs: 150, kinds: UNSURE },
  {
    without: 'freshConfirmation',
    runs: 300,
    kinds: ['T1 unordered', 'T0'],
    tune: all(few('owner'), each({ staleMs: 60 }), often({ life: 0, policy: 0, serve: 2 })),
  },
  {
    without: 'quiescedGranule',
    runs: 150,
    kinds: ['T2'],
    tune: all(few('owner'), each({ granuleMs: 60 }), often({ edit: 2 })),
  },
  {
    without: 'refreshToken',
    runs: 200,
    kinds: ['T1 coarse'],
    tune: all(few('review', 'status'), each({ granuleMs: 300 }), often({ edit: 3 }, 70)),
  },
  {
    without: 'postImage',
    runs: 300,
    tune: (s) => ({ ...s, sides: { A: { ...s.sides.A, form: 'plain' }, B: { ...s.sides.B, form: 'cut' } } }),
  },
  {
    without: 'exactBaseForMerges',
    runs: 250,
    kinds: UNSURE,
    tune: all(few('sum', 'tags'), each({ marker: false })),
  },
  { without: 'recoverFromHistory', runs: 100, kinds: ['T3'] },
  { without: 'ownActorForRecovered', runs: 60, kinds: ['T3'] },
  {
    without: 'waitForDeadline',
    runs: 800,
    kinds: ['T1', 'T1 unordered'],
    tune: all(
      few('review', 'owner'),
      each({ marker: true }),
      often({ life: 20, decide: 3, timeout: 20, carry: 0.1, again: 0, edit: 0.5 }),
      (s) => ({ ...s, life: { a: 'review', b: 'review', edited: 'review' } }),
    ),
  },
  {
    without: 'ackPosition',
    runs: 400,
    kinds: ['T0 log'],
    tune: all(few('review', 'owner'), each({ refuses: false }), often({ edit: 3, life: 0 }, 60)),
  },
  { without: 'fence', runs: 60, kinds: ['T0 log'] },
  { without: 'batchWithRegisters', runs: 80, kinds: ['T0 log'] },
  {
    without: 'coverBeforeWrite',
    runs: 10,
    tune: (setup) => ({ ...setup, ...TWO_LOGS }),
    script: WRITTEN_TWICE_UNREAD,
  },
  { without: 'hubTicks', runs: 50 },
  { without: 'agreementTicks', runs: 150, tune: all(few('review', 'owner'), often({ edit: 2 })) },
  { without: 'exactCounters', runs: 200, tune: all(few('sum', 'stock'), often({ edit: 2 })) },
  { without: 'basePerSide', runs: 100, tune: few('sum', 'tags') },
  {
    without: 'decisionKnowsShown',
    runs: 100,
    kinds: ['T0 log'],
    tune: all(few('review'), often({ decide: 3, edit: 3 })),
  },
  { without: 'onlyAsShown', runs: 100, tune: all(few('review', 'newest'), often({ decide: 3, edit: 3 })) },
  {
    without: 'doubtStamps',
    runs: 150,
    kinds: ['T0 log', 'T0', 'T1', 'T3'],
    tune: all(few('newest'), often({ edit: 3, life: 0 }), (s) => ({ ...s, undated: 50 })),
  },
  {
    without: 'readBeforeDelete',
    runs: 300,
    kinds: ['T2', 'T3'],
    tune: all(few('review', 'owner'), each({ refuses: false }), often({ life: 3, edit: 2 }), (s) => ({
      ...s,
      life: { a: 'delete', b: 'delete', edited: 'review' },
    })),
  },
  { without: 'lazyAuthoring', runs: 100 },
  {
    without: 'netChanges',
    runs: 300,
    tune: all(few('review'), often({ life: 0, turn: 0.2, read: 0.2, edit: 2 }, 80)),
  },
  {
    without: 'flapBreaker',
    runs: 100,
    tune: (s) =>
      few('strict')({ ...s, flips: 3, sides: { ...s.sides, B: { ...s.sides.B, insists: 'strict' } } }),
  },
  {
    without: 'holdTogether',
    runs: 150,
    tune: (s) => ({ ...s, units: ['review', 'status'], holdTogether: ['review', 'status'] }),
  },
  { without: 'holdInvariants', runs: 50, tune: few('low', 'high') },
  { without: 'rawAtRest', runs: 150, tune: each({ form: 'marked' }) },
  { without: 'ticksAtRest', runs: 150 },
  { without: 'deleteSeesEdits', runs: 150, kinds: ['T0 log', 'T0', 'T1'] },
  { without: 'conflictsFollow', runs: 200, tune: few('review', 'newest') },
  {
    without: 'undoGivesBack',
    runs: 250,
    kinds: ['T0 log'],
    tune: all(few('review'), often({ ...CALM, undo: 10, decide: 6, edit: 2 })),
  },
  {
    without: 'undoSparesEdits',
    runs: 1200,
    kinds: ['T0 log'],
    tune: all(few('review'), often({ ...CALM, undo: 1.5, decide: 6, edit: 2, turn: 3, carry: 3, answer: 3 })),
  },
  { without: 'lineageFollows', runs: 50 },
  { without: 'heedScope', runs: 60, tune: often({ scope: 4 }) },
  ...REFERENCE_MUTANTS,
  ...RESTORE_MUTANTS,
  ...MARK_MUTANTS,
];

/** Runs a hub without one protection and counts in how many runs the judge notices. */
export function runMutant(mutant: Mutant, seed: number): MutantResult {
  const { without, runs } = mutant;
  return { without, runs, ...tally(seed, runs, optionsOf(mutant, { ...ALL_ON, [without]: false })) };
}

/** The same runs with all protections: nothing may be noticed. */
export function runUnharmed(mutant: Mutant, seed: number, runs: number): MutantResult {
  return { without: mutant.without, runs, ...tally(seed, runs, optionsOf(mutant, ALL_ON)) };
}

function optionsOf({ kinds, tune, script }: Mutant, switches: Switches): RunOptions {
  return {
    switches,
    ...(kinds !== undefined && { kinds }),
    ...(tune !== undefined && { tune }),
    ...(script !== undefined && { script, steps: 0 }),
  };
}

/** The table: what was switched off, in how many of how many runs that was noticed, and by which property. */
export function mutantTable(results: readonly MutantResult[]): string {
  const rows = results.map(({ without, runs, failing, by }) => {
    const properties = Object.entries(by)
      .sort(([, x], [, y]) => y - x)
      .map(([name, n]) => `${name} ${String(n)}`);
    return `${without.padEnd(22)} ${String(failing.length).padStart(5)} of ${String(runs).padStart(5)}  ${properties.join(', ')}`;
  });
  return ['without                caught in runs   by', ...rows].join('\n');
}
