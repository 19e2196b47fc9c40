import { runSeed, type RunOptions } from './run.js';

export interface Tally {
  readonly steps: number;
  /** Seeds of runs that broke a promise. */
  readonly failing: readonly number[];
  /** Property → runs in which it was violated. */
  readonly by: Readonly<Record<string, number>>;
}

/** Plays consecutive seeds and counts what they broke. */
export function tally(from: number, runs: number, options: RunOptions = {}): Tally {
  const failing: number[] = [];
  const by: Record<string, number> = {};
  let steps = 0;
  for (let seed = from; seed < from + runs; seed++) {
    const { violations, history } = runSeed(seed, options);
    steps += history.actions.length;
    if (violations.length === 0) continue;
    failing.push(seed);
    for (const property of new Set(violations.map((one) => one.property)))
      by[property] = (by[property] ?? 0) + 1;
  }
  return { steps, failing, by };
}
