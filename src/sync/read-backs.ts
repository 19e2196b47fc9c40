import type { ChangePage } from '../connectors/connector.js';
import type { Side } from '../core/clock.js';
import type { BatchLog } from './lane/batch-log.js';
import type { ReadBack } from './lane/intake.js';
import { isCovered } from './lane/settle.js';
import type { RunningPipeline } from './running-pipeline.js';

/** Beyond this the oldest is dropped: the write simply misses again. */
const MOST = 10_000;

/** Values that were read where a conditional write had missed, until the log has been read up to there. */
export class ReadBacks {
  #waiting: readonly ReadBack[] = [];

  constructor(
    private readonly pipeline: RunningPipeline,
    private readonly log: BatchLog,
  ) {}

  get some(): boolean {
    return this.#waiting.length > 0;
  }

  clear(): void {
    this.#waiting = [];
  }

  /** Those before which everything has been read with these pages. */
  covered(pages: Readonly<Record<Side, ChangePage | null>>): readonly ReadBack[] {
    return this.#waiting.filter((back) => {
      const batch = this.log.get(back.batch.id) ?? back.batch;
      const page = pages[back.side];
      return (
        page !== null && !page.more && isCovered(this.pipeline.ends[back.side].endpoint, page.cursor, batch)
      );
    });
  }

  /** Some were worked in, others have come. */
  move(worked: readonly ReadBack[], missed: readonly ReadBack[]): void {
    this.#waiting = [...this.#waiting.filter((back) => !worked.includes(back)), ...missed].slice(-MOST);
  }
}
