import type { Cursor } from '../connectors/connector.js';
import { failpoint } from '../common/failpoint.js';
import { SIDES, type Side } from '../core/clock.js';
import type { HubPools } from '../database/pools.js';
import { forgetMade } from '../database/sql/matching/orders.js';
import { pipelineSettings } from '../core/pipeline/settings.js';
import { run, type Statement } from '../database/sql/statement.js';
import { forgetTombstones } from '../database/sql/tombstones.js';
import type { RunningPipeline } from './running-pipeline.js';

/** How long the payload of an acknowledged batch is kept: longer than any stale form or unread log page. */
const KEEP_PAYLOAD_MINUTES = 30;
const CHUNK = 200;
/** In one sweep: what is more waits for the next, so that nobody is held up by the end of a mass deletion a year ago. */
const MOST_TOMBSTONES = 5_000;
/** Looking for them goes through all that is kept of records that are not linked. */
const FORGET_MADE_MS = 600_000;

const forgetPayloads: Statement<{ id: number }> = {
  name: 'sweep_forget_payloads',
  text: `
  update attempt_batch set payload = null, exceptions = null
  where id in (
    select id from attempt_batch
    where pipeline_id = $1 and payload is not null and state = 'acked' and settled_at < clock_timestamp() - $2 * interval '1 minute'
    order by id limit $3)
  returning id`,
};

/**
 * Up to where fences may go. All of a write whose end is not known stay, and those of writes that ended a short while ago: a copy of a
 * write that was settled as dead may still be on its way, from a process that is suspended, and only the fence keeps it out.
 */
const oldestFence: Statement<{ id: number | null }> = {
  name: 'sweep_oldest_fence',
  text: `
  select coalesce(min(id) filter (where state in ('sent', 'unknown') or settled_at >= clock_timestamp() - interval '1 hour') - 1, max(id)) as id
  from attempt_batch where pipeline_id = $1 and side = $2`,
};

const storedCursors: Statement<{ side: Side; cursor: Cursor | null }> = {
  name: 'sweep_stored_cursors',
  text: `select side, cursor from side_state where pipeline_id = $1`,
};

/** Cleans up behind a pipeline: payloads that nothing can need any more, fences and log on the sides. In small steps. */
export class Sweeper {
  #forgotAt: number | null = null;

  constructor(
    private readonly pipeline: RunningPipeline,
    private readonly pools: HubPools,
  ) {}

  async sweep(): Promise<void> {
    for (;;) {
      const gone = await run(this.pools.general, forgetPayloads, [
        this.pipeline.id,
        KEEP_PAYLOAD_MINUTES,
        CHUNK,
      ]);
      if (gone.length < CHUNK) break;
    }
    await failpoint('sweep.payloads-forgotten');
    await this.#forgetTombstones();
    await this.#forgetMade();
    // What is stored, not what was read since: after a crash it is read again from there.
    for (const { side, cursor } of await run(this.pools.general, storedCursors, [this.pipeline.id])) {
      if (cursor === null) continue;
      const [row] = await run(this.pools.general, oldestFence, [this.pipeline.id, side]);
      // A side that cannot be reached is swept the next time; capture reports the fault.
      await this.pipeline.ends[side].endpoint
        .purge({ cursor, batchesBefore: row === undefined || row.id === null ? null : String(row.id) })
        .catch(() => undefined);
      await failpoint('sweep.purged');
    }
  }

  async #forgetTombstones(): Promise<void> {
    const { tombstoneMs } = pipelineSettings(this.pipeline.spec);
    if (tombstoneMs === null) return;
    for (let forgotten = 0; forgotten < MOST_TOMBSTONES;) {
      const { id } = this.pipeline;
      const gone = await run(this.pools.general, forgetTombstones, [id, tombstoneMs, CHUNK]);
      if (gone.length < CHUNK) return;
      forgotten += gone.length;
    }
  }

  async #forgetMade(): Promise<void> {
    const now = performance.now();
    if (this.#forgotAt !== null && now - this.#forgotAt < FORGET_MADE_MS) return;
    this.#forgotAt = now;
    for (const side of SIDES) await run(this.pools.general, forgetMade[side], [this.pipeline.id]);
  }
}
