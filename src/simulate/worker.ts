import { parentPort, workerData } from 'node:worker_threads';
import { about, type Subject } from './mix.js';
import { tally, type Tally } from './tally.js';

/** A worker's part of a simulation: consecutive seeds. */
export interface Share {
  readonly from: number;
  readonly runs: number;
  readonly subject: Subject | undefined;
}

/** What some of its histories came to, told as soon as they are played. */
export interface Counted extends Tally {
  readonly runs: number;
}

const TOLD_AT_ONCE = 200;

const { from, runs, subject } = workerData as Share;
for (let begun = 0; begun < runs; begun += TOLD_AT_ONCE) {
  const some = Math.min(TOLD_AT_ONCE, runs - begun);
  const counted: Counted = { ...tally(from + begun, some, { tune: about(subject) }), runs: some };
  parentPort?.postMessage(counted);
}
