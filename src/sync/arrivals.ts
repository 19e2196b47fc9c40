import { failpoint } from '../common/failpoint.js';
import type { RecordState } from '../connectors/connector.js';
import { SIDES, type Side } from '../core/clock.js';
import type { Outgoing } from './lane/intake.js';
import type { Arrived, Newcomers } from './newcomers.js';
import { WriteRefused } from './write-refused.js';

export interface ArrivalsHost {
  readonly writable: (side: Side) => boolean;
  /** Whether a side may show something that was not read yet. */
  readonly mayBeUnread: (side: Side) => Promise<boolean>;
  /** Sends, and waits for the answers. */
  readonly deliver: (outgoing: readonly Outgoing[]) => Promise<void>;
  readonly compare: (side: Side, states: readonly RecordState[], readStart: number) => Promise<void>;
  readonly refused: (side: Side, error: unknown) => Promise<void>;
}

/** Settles newcomers between two transactions of a pipeline, as long as there are some. */
export class Arrivals {
  /** Some may wait: from before this process had the pipeline, or for a side to be writable. */
  waiting = true;

  constructor(
    private readonly newcomers: Newcomers,
    private readonly host: ArrivalsHost,
  ) {}

  async lookForOrders(): Promise<void> {
    this.waiting ||= await this.newcomers.ordered();
  }

  /** @returns true when there may be more to do at once */
  async settle(): Promise<boolean> {
    const { host } = this;
    let arrived: Arrived;
    try {
      const writable = { A: host.writable('A'), B: host.writable('B') };
      arrived = await this.newcomers.settle(writable, host.mayBeUnread);
    } catch (error) {
      if (!(error instanceof WriteRefused)) throw error;
      // They go on waiting; what else there is to do goes on without them.
      this.waiting = true;
      await host.refused(error.side, error.cause);
      return false;
    }
    await failpoint('newcomers.committed');
    await host.deliver(arrived.outgoing);
    this.waiting = arrived.more || arrived.held;
    for (const side of SIDES) {
      const moved = arrived.moved[side];
      if (moved.ids.length === 0) continue;
      if (moved.states.length > 0) await host.compare(side, moved.states, arrived.readStart);
      await this.newcomers.compared(side, moved);
    }
    return arrived.outgoing.length > 0 || arrived.linkIds.length > 0 || arrived.more;
  }
}
