import type { Clock } from '../common/clock.js';
import { AppError, messageOf } from '../common/errors.js';
import { failpoint } from '../common/failpoint.js';
import type { WriteReceipt } from '../connectors/connector.js';
import { SIDES, type Side } from '../core/clock.js';
import type { BatchRow } from '../database/sql/lane/batches.js';
import type { Outgoing } from './lane/intake.js';
import type { PayloadItem } from './lane/payload.js';
import { RateBudget } from './rate-budget.js';
import type { RunningPipeline } from './running-pipeline.js';
import type { SideRuntime } from './side-runtime.js';

/** A write batch whose end is known. */
export interface Settled {
  readonly batch: BatchRow;
  readonly receipt: WriteReceipt;
  readonly payload: readonly PayloadItem[];
}

/** Every item was applied just as it was sent. */
export function isPlain({ receipt }: Settled): boolean {
  return receipt.status === 'committed' && receipt.exceptions.length === 0;
}

export interface Delivered {
  readonly settled: readonly Settled[];
  /** Sent, and nobody knows how it ended. */
  readonly unsettled: readonly BatchRow[];
}

/** Writes planned batches to the sides, within what the pipeline and the connections may write. */
export class Delivery {
  readonly #budgets: Readonly<Record<Side, RateBudget | null>>;

  constructor(
    private readonly pipeline: RunningPipeline,
    private readonly clock: Clock,
  ) {
    const { writeBudget } = pipeline.spec.schedule ?? {};
    const budget = (rate: string | undefined): RateBudget | null =>
      rate === undefined ? null : RateBudget.of(rate, clock.now());
    this.#budgets = { A: budget(writeBudget?.a), B: budget(writeBudget?.b) };
  }

  /** Most records that may be written to a side now. */
  budget(side: Side, now: number): number {
    const { batchSize, rate } = this.pipeline.ends[side];
    return Math.min(
      batchSize,
      this.#budgets[side]?.available(now) ?? batchSize,
      rate?.available(now) ?? batchSize,
    );
  }

  /** Both sides at the same time, batches of one side in order. Never throws: a failure is an outcome. */
  async deliver(
    outgoing: readonly Outgoing[],
    sides: Readonly<Record<Side, SideRuntime>>,
  ): Promise<Delivered> {
    const settled: Settled[] = [];
    const unsettled: BatchRow[] = [];
    await Promise.all(
      SIDES.map(async (side) => {
        for (const one of outgoing) {
          if (one.row.side !== side) continue;
          const receipt = await this.#send(side, one, sides[side]);
          if (receipt.status === 'unknown') unsettled.push(one.row);
          else settled.push({ batch: one.row, receipt, payload: one.payload });
        }
      }),
    );
    return { settled, unsettled };
  }

  async #send(side: Side, { batch }: Outgoing, runtime: SideRuntime): Promise<WriteReceipt> {
    const { endpoint, rate } = this.pipeline.ends[side];
    this.#budgets[side]?.take(batch.items.length);
    rate?.take(batch.items.length);
    let receipt: WriteReceipt;
    await failpoint('delivery.before-send');
    try {
      receipt = await endpoint.write(batch);
    } catch (error) {
      await runtime.writeFailed(error, this.clock.now());
      // Nothing was changed, says the contract; the batch id is never used again.
      return { status: 'dead', reason: messageOf(error), retryAfterMs: null };
    }
    await failpoint('delivery.answered');
    switch (receipt.status) {
      case 'unknown':
        await runtime.failed(new AppError('side-unreachable', receipt.reason), this.clock.now());
        break;
      case 'dead':
        await runtime.writeFailed(new AppError('side-unreachable', receipt.reason), this.clock.now());
        break;
      case 'committed':
        await runtime.wrote();
    }
    return receipt;
  }
}
