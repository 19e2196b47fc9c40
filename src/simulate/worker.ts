import { parentPort, workerData } from 'node:worker_threads';
import { tally, type Tally } from './tally.js';

/** A worker's part of a simulation: consecutive seeds. */
export interface Share {
  readonly from: number;
  readonly runs: number;
}

export type Counted = Tally;

const { from, runs } = workerData as Share;
parentPort?.postMessage(tally(from, runs));
