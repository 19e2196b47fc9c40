import type { Clock } from '../../common/clock.js';
import type { HubPools } from '../../database/pools.js';
import type { SweepHost } from '../absence-sweep.js';
import type { PipelineWorker } from '../pipeline-worker.js';
import type { RunningPipeline } from '../running-pipeline.js';
import { Verifier } from './verifier.js';

/** Whole comparisons, and beside them single records that somebody wants read again: these do not wait for those. */
export class Verifications {
  readonly #all: Verifier;
  readonly #records: Verifier;

  constructor(
    pipeline: RunningPipeline,
    worker: PipelineWorker,
    pools: HubPools,
    clock: Clock,
    host: Pick<SweepHost, 'assertOurs'>,
  ) {
    this.#all = new Verifier(pipeline, worker, pools, clock, host);
    this.#records = new Verifier(pipeline, worker, pools, clock, host, 'record');
  }

  /** To be called between the pipeline's own steps. @returns true when there may be more to do at once */
  async step(pipeline: 'idle' | 'busy' | 'paused'): Promise<boolean> {
    // Nothing is taken in while a pipeline is paused: a record would be looked at for nothing.
    const records = pipeline !== 'paused' && (await this.#records.step(pipeline));
    return (await this.#all.step(pipeline)) || records;
  }

  wake(): void {
    this.#all.wake();
    this.#records.wake();
  }

  async stop(): Promise<void> {
    await Promise.all([this.#all.stop(), this.#records.stop()]);
  }
}
