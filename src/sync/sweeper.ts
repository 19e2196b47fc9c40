import type { Cursor } from '../connectors/connector.js';
import { failpoint } from '../common/failpoint.js';
import { SIDES, type Side } from '../core/clock.js';
import type { HubPools } from '../database/pools.js';
import { run, type Statement } from '../database/sql/statement.js';
import type { RunningPipeline } from './running-pipeline.js';

/** How long the payload of an acknowledged batch is kept: longer than any stale form or unread log page. */
const KEEP_PAYLOAD_MINUTES = 30;
const CHUNK = 200;

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

const oldestFence: Statement<{ id: number | null }> = {
  name: 'sweep_oldest_fence',
  text: `
  select coalesce(min(id) filter (where state in ('sent', 'unknown')), max(id)) as id
  from attempt_batch where pipeline_id = $1 and side = $2 and (state in ('sent', 'unknown') or settled_at < clock_timestamp() - interval '1 hour')`,
};

/** Cleans up behind a pipeline: payloads that nothing can need any more, fences and log on the sides. In small steps. */
export class Sweeper {
  constructor(
    private readonly pipeline: RunningPipeline,
    private readonly pools: HubPools,
  ) {}

  async sweep(cursors: Readonly<Record<Side, Cursor | null>>): Promise<void> {
    for (;;) {
      const gone = await run(this.pools.general, forgetPayloads, [
        this.pipeline.id,
        KEEP_PAYLOAD_MINUTES,
        CHUNK,
      ]);
      if (gone.length < CHUNK) break;
    }
    await failpoint('sweep.payloads-forgotten');
    for (const side of SIDES) {
      const cursor = cursors[side];
      if (cursor === null) continue;
      const [row] = await run(this.pools.general, oldestFence, [this.pipeline.id, side]);
      // A side that cannot be reached is swept the next time; capture reports the fault.
      await this.pipeline.ends[side].endpoint
        .purge({ cursor, batchesBefore: row === undefined || row.id === null ? null : String(row.id) })
        .catch(() => undefined);
      await failpoint('sweep.purged');
    }
  }
}
