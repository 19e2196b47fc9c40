import type { Pool } from 'pg';
import type { Clock } from '../common/clock.js';
import { SIDES, type Side } from '../core/clock.js';
import { nextDue, readDue, wakeWaiting } from '../database/sql/lane/due.js';
import { run } from '../database/sql/statement.js';

/** Nobody may forget what is due: looked up at least this often. */
const LONGEST_MS = 60_000;

/** When the next record is due to be looked at again, without asking the database each time. */
export class DueClock {
  #at = 0;

  constructor(
    private readonly pipelineId: number,
    private readonly pool: Pool,
    private readonly clock: Clock,
  ) {}

  isDue(now: number): boolean {
    return now >= this.#at;
  }

  /** Something may have become due. */
  ring(): void {
    this.#at = 0;
  }

  /** What is due now, if anything can be: link ids, each with the version of its row. */
  async read(now: number, limit: number): Promise<ReadonlyMap<number, string>> {
    if (!this.isDue(now)) return new Map();
    const rows = await run(this.pool, readDue, [this.pipelineId, limit]);
    return new Map(rows.map((row) => [row.link_id, row.version]));
  }

  async schedule(): Promise<void> {
    const [row] = await run(this.pool, nextDue, [this.pipelineId]);
    const inMs = row === undefined || row.in_ms === null ? LONGEST_MS : Math.max(0, row.in_ms);
    this.#at = this.clock.now() + inMs;
  }

  /** What waited for these sides is due. */
  async wake(sides: readonly Side[] = SIDES): Promise<void> {
    for (const side of sides) await run(this.pool, wakeWaiting, [this.pipelineId, side]);
    if (sides.length > 0) this.ring();
  }
}
