import type { SwitchName } from './hub/switches.js';
import { ALL_ON } from './hub/switches.js';
import { runSeed } from './run.js';
import type { Setup, SideKind } from './scenario/setup.js';

/** One protection switched off, and where that hurts most. */
export interface Mutant {
  readonly without: SwitchName;
  /** Kinds of sides; default: all that promise something. */
  readonly kinds?: readonly SideKind[];
  /** What makes the runs harder for this one. */
  readonly tune?: (setup: Setup) => Setup;
  readonly runs: number;
}

export interface MutantResult {
  readonly without: SwitchName;
  readonly runs: number;
  readonly caught: number;
  /** Property → runs in which it was violated. */
  readonly by: Readonly<Record<string, number>>;
}

const UNSURE: readonly SideKind[] = ['T1', 'T1 unordered', 'T2'];

const few =
  (...units: readonly string[]) =>
  (setup: Setup): Setup => ({ ...setup, units, holdTogether: [] });

const each =
  (change: Partial<Setup['sides']['A']>) =>
  (setup: Setup): Setup => ({
    ...setup,
    sides: { A: { ...setup.sides.A, ...change }, B: { ...setup.sides.B, ...change } },
  });

/** Every protection there is. */
export const MUTANTS: readonly Mutant[] = [
  { without: 'conditionalWrites', runs: 100 },
  { without: 'refuseStale', runs: 100 },
  { without: 'freshness', runs: 200, kinds: ['T1 unordered'] },
  { without: 'unknownMayBeApplied', runs: 300, kinds: UNSURE },
  { without: 'unknownMayBeLost', runs: 100 },
  { without: 'missIsUnknown', runs: 300, kinds: UNSURE },
  { without: 'recogniseEcho', runs: 300, kinds: UNSURE },
  {
    without: 'freshConfirmation',
    runs: 400,
    kinds: ['T1 unordered', 'T0'],
    tune: (s) => few('review', 'owner')(each({ staleMs: 30 })(s)),
  },
  { without: 'quiescedGranule', runs: 400, kinds: ['T2'] },
  {
    without: 'refreshToken',
    runs: 1500,
    kinds: ['T1 coarse'],
    tune: (s) => few('review', 'status')(each({ granuleMs: 40 })(s)),
  },
  {
    without: 'postImage',
    runs: 300,
    tune: (s) => ({ ...s, sides: { A: { ...s.sides.A, form: 'plain' }, B: { ...s.sides.B, form: 'cut' } } }),
  },
  {
    without: 'exactBaseForMerges',
    runs: 400,
    kinds: UNSURE,
    tune: (s) => few('sum', 'tags')(each({ marker: false })(s)),
  },
  { without: 'recoverFromHistory', runs: 100, kinds: ['T3'] },
  { without: 'ownActorForRecovered', runs: 100, kinds: ['T3'] },
  { without: 'ackPosition', runs: 800, kinds: ['T0 log'], tune: few('review', 'sum') },
  { without: 'fence', runs: 200, kinds: ['T0 log'] },
  { without: 'batchWithRegisters', runs: 200, kinds: ['T0 log'] },
  { without: 'coverBeforeWrite', runs: 1200, kinds: ['T0 log'], tune: few('review', 'sum') },
  { without: 'hubTicks', runs: 50 },
  { without: 'agreementTicks', runs: 200 },
  { without: 'exactCounters', runs: 300, tune: few('sum', 'stock') },
  { without: 'basePerSide', runs: 150, tune: few('sum', 'tags') },
  { without: 'decisionKnowsShown', runs: 600, tune: few('review', 'status') },
  { without: 'lazyAuthoring', runs: 200 },
  { without: 'netChanges', runs: 600 },
  {
    without: 'flapBreaker',
    runs: 100,
    tune: (s) =>
      few('strict')({ ...s, flips: 3, sides: { ...s.sides, B: { ...s.sides.B, insists: 'strict' } } }),
  },
  { without: 'holdTogether', runs: 200 },
  { without: 'holdInvariants', runs: 200, tune: few('low', 'high') },
  { without: 'rawAtRest', runs: 200, tune: each({ form: 'marked' }) },
  { without: 'ticksAtRest', runs: 100 },
  { without: 'deleteSeesEdits', runs: 200, kinds: ['T0 log', 'T0', 'T1'] },
  { without: 'conflictsFollow', runs: 600 },
  { without: 'lineageFollows', runs: 50 },
];

/**
 * Protections that may be missing without anybody noticing, and why they are there all the same. Whoever finds a run that needs one
 * moves it to the table.
 */
export const UNNOTICED: Partial<Readonly<Record<SwitchName, string>>> = {
  dropWhileSent:
    'what is read during a write is settled like a write without an answer: by tag, marker or history. It saves that work, and a side that is only read has no better moment.',
  settleByLaterState:
    'needs a state of the same granule that is older, looks the same, and comes after the write landed: seen once in many thousand runs.',
  waitForDeadline:
    'on a side with history a write that lands late is found there; what is left is a record that is made twice, which needs a delete in between.',
};

/** Runs a hub without one protection and counts in how many runs the judge notices. */
export function runMutant({ without, kinds, tune, runs }: Mutant, seed: number): MutantResult {
  const by: Record<string, number> = {};
  let caught = 0;
  for (let i = 0; i < runs; i++) {
    const { violations } = runSeed(seed + i, {
      switches: { ...ALL_ON, [without]: false },
      ...(kinds !== undefined && { kinds }),
      ...(tune !== undefined && { tune }),
    });
    if (violations.length === 0) continue;
    caught++;
    for (const property of new Set(violations.map((one) => one.property)))
      by[property] = (by[property] ?? 0) + 1;
  }
  return { without, runs, caught, by };
}

/** The table: what was switched off, in how many of how many runs that was noticed, and by which property. */
export function mutantTable(results: readonly MutantResult[]): string {
  const rows = results.map(({ without, runs, caught, by }) => {
    const properties = Object.entries(by)
      .sort(([, x], [, y]) => y - x)
      .map(([name, n]) => `${name} ${String(n)}`);
    return `${without.padEnd(22)} ${String(caught).padStart(5)} of ${String(runs).padStart(5)}  ${properties.join(', ')}`;
  });
  return ['without                caught in runs   by', ...rows].join('\n');
}
