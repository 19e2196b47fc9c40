import type { Pool } from 'pg';
import type { Clock } from '../common/clock.js';
import { AppError } from '../common/errors.js';
import { failpoint } from '../common/failpoint.js';
import { SIDES, type Side } from '../core/clock.js';
import type { BatchRow } from '../database/sql/lane/batches.js';
import { wakeWaiting } from '../database/sql/lane/due.js';
import { run } from '../database/sql/statement.js';
import type { Delivered, Delivery, Settled } from './delivery.js';
import type { BatchLog } from './lane/batch-log.js';
import type { Outgoing } from './lane/intake.js';
import type { RunningPipeline } from './running-pipeline.js';
import type { SideRuntime } from './side-runtime.js';

/** Writes between the transaction that planned them and the one that takes in their receipts. */
export class WritesUnderWay {
  /** Ends that the next transaction has to take in. */
  receipts: Settled[] = [];
  /** Sent, and nobody knows how they ended. */
  unsettled: BatchRow[] = [];
  #underWay: { readonly sides: ReadonlySet<Side>; readonly done: Promise<Delivered> } | null = null;

  constructor(
    private readonly pipeline: RunningPipeline,
    private readonly delivery: Delivery,
    private readonly log: BatchLog,
    private readonly pool: Pool,
    private readonly clock: Clock,
  ) {}

  get some(): boolean {
    return this.#underWay !== null;
  }

  unknownOn(side: Side): boolean {
    return this.unsettled.some((batch) => batch.side === side);
  }

  /** Begins to write what a transaction planned; whatever was under way must have arrived. */
  send(outgoing: readonly Outgoing[], sides: Readonly<Record<Side, SideRuntime>>): void {
    if (outgoing.length === 0) return;
    for (const { row, payload } of outgoing) {
      this.log.set(row);
      this.log.setPayload(row.id, payload);
    }
    const done = this.delivery.deliver(outgoing, sides);
    // Awaited in arrive(); until then a failure must not count as unhandled.
    done.catch(() => undefined);
    this.#underWay = { sides: new Set(outgoing.map(({ row }) => row.side)), done };
  }

  /** Writes, after whatever is under way, and waits for the answers. */
  async deliver(outgoing: readonly Outgoing[], sides: Readonly<Record<Side, SideRuntime>>): Promise<void> {
    await this.arrive();
    this.send(outgoing, sides);
    await this.arrive();
  }

  /** Waits for the writes that are under way. */
  async arrive(): Promise<void> {
    if (this.#underWay === null) return;
    const { done } = this.#underWay;
    this.#underWay = null;
    const { settled, unsettled } = await done;
    await failpoint('worker.arrived');
    this.receipts.push(...settled);
    this.unsettled.push(...unsettled);
  }

  /**
   * The next pages may be read and worked in while writes are under way only if what they show was committed before those writes began:
   * pages of a batch of changes that was frozen earlier. Records that are being written are only looked at in that transaction.
   */
  mayOverlap(frozen: Readonly<Record<Side, boolean>>): boolean {
    const { sides } = this.#underWay ?? { sides: new Set<Side>() };
    return SIDES.every((side) => frozen[side] || !sides.has(side));
  }

  /**
   * Finds out how writes ended whose answer was lost, before anything else is read from or written to that side.
   * @returns whether records that waited for it are due
   */
  async settleUnknown(sides: Readonly<Record<Side, SideRuntime>>): Promise<boolean> {
    let woken = false;
    for (const batch of [...this.unsettled]) {
      const runtime = sides[batch.side];
      if (!runtime.available(this.clock.now())) continue;
      try {
        const receipt = await this.pipeline.ends[batch.side].endpoint.settle(String(batch.id));
        await failpoint('worker.settled');
        if (receipt.status === 'unknown') {
          await runtime.failed(new AppError('side-unreachable', receipt.reason), this.clock.now());
          continue;
        }
        const payload = [...(await this.log.payload(this.pool, batch.id)).values()];
        this.receipts.push({ batch, receipt, payload });
        this.unsettled = this.unsettled.filter((one) => one.id !== batch.id);
        await runtime.worked();
        await run(this.pool, wakeWaiting, [this.pipeline.id, batch.side]);
        woken = true;
      } catch (error) {
        await runtime.failed(error, this.clock.now());
      }
    }
    return woken;
  }
}
