import { expect } from '@jest/globals';
import { runSeed, type RunOptions } from '../../../src/simulate/run.js';
import { storyOf } from '../../../src/simulate/story.js';
import { tally } from '../../../src/simulate/tally.js';

/** Plays so many histories and fails with the seeds and the story of the first that broke a promise. */
export function expectKept(from: number, runs: number, options: RunOptions = {}): void {
  const { failing } = tally(from, runs, options);
  const [first] = failing;
  if (first === undefined) return;
  const story = storyOf(runSeed(first, options), options);
  expect(
    `${String(failing.length)} of ${String(runs)} runs: seeds ${failing.slice(0, 20).join(' ')}\n\n${story}`,
  ).toBe('');
}
