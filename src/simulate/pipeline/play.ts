import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { runSeed } from '../run.js';
import { scenarioOf, type SimulationJob } from './job.js';
import { add, count, emptyTally, type PipelineTally } from './pipeline-tally.js';

/** A thread's part of a simulation: consecutive seeds. */
export interface Share {
  readonly job: SimulationJob;
  readonly from: number;
  readonly runs: number;
}

/** Runs between two reports. */
const CHUNK = 25;
/** Fewer than this are done before other threads have started. */
const FEW = 400;

/**
 * Plays so many histories from `seed` on, on all processors where it is worth while, and counts. The result does not depend on how
 * many threads there were.
 *
 * @param onProgress called with how many are done
 */
export async function play(
  job: SimulationJob,
  seed: number,
  runs: number,
  onProgress: (done: number) => void,
): Promise<PipelineTally> {
  const total = emptyTally();
  const take = (tally: PipelineTally): void => {
    add(total, tally);
    onProgress(total.runs);
  };
  const threads = runs < FEW ? 1 : availableParallelism();
  if (threads === 1) {
    for (const tally of playShare({ job, from: seed, runs })) {
      take(tally);
      await setImmediate();
    }
    return total;
  }
  const share = Math.ceil(runs / threads);
  await Promise.all(
    Array.from({ length: threads }, (_, i) => {
      const from = seed + i * share;
      return inThread({ job, from, runs: Math.max(0, Math.min(share, seed + runs - from)) }, take);
    }),
  );
  return total;
}

/** Plays consecutive seeds; yields what was counted after every few. */
export function* playShare({ job, from, runs }: Share): Generator<PipelineTally> {
  const scenario = scenarioOf(job);
  for (let i = 0; i < runs; i += CHUNK) {
    const tally = emptyTally();
    for (let seed = from + i; seed < from + Math.min(runs, i + CHUNK); seed++)
      count(tally, runSeed(seed, { scenario }));
    yield tally;
  }
}

function inThread(share: Share, take: (tally: PipelineTally) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const file = `./play-worker${extname(import.meta.url)}`;
    const worker = new Worker(new URL(file, import.meta.url), { workerData: share });
    worker.on('message', take);
    worker.once('error', reject);
    worker.once('exit', resolve);
  });
}
