import { failpoint } from '../common/failpoint.js';
import { SIDES } from '../core/clock.js';
import type { HubPools } from '../database/pools.js';
import { endRecast, linksToRecast } from '../database/sql/lane/recast.js';
import { forgetPlaces } from '../database/sql/lane/scope.js';
import { run } from '../database/sql/statement.js';
import { inOurTransaction } from './our-transaction.js';
import type { PipelineWorker } from './pipeline-worker.js';
import type { RunningPipeline } from './running-pipeline.js';

const PAGE = 500;

/**
 * After a change of the mapping: what is kept of every record is understood anew, before anything else is read or written. One page a
 * transaction, which stores how far it has come; what it makes necessary is written under the same conditions as ever.
 */
export class Recasting {
  constructor(
    private readonly pipeline: RunningPipeline,
    private readonly worker: PipelineWorker,
    private readonly pools: HubPools,
    private readonly signal: AbortSignal,
  ) {}

  /** @returns true when it is done, and the pipeline is to be opened anew; false when a side cannot be written to or asked now */
  async run(): Promise<boolean> {
    const { recast, id } = this.pipeline;
    for (let position = recast?.position ?? 0; ;) {
      this.signal.throwIfAborted();
      for (const side of SIDES) if (!(await this.worker.readable(side))) return false;
      const links = await run(this.pools.general, linksToRecast, [id, position, PAGE]);
      const last = links.at(-1);
      if (last === undefined) break;
      const linkIds = links.map((link) => link.id);
      await this.worker.takeIn({ A: null, B: null }, { recast: { linkIds, upTo: last.id } });
      await failpoint('recast.page');
      position = last.id;
    }
    await inOurTransaction(this.pools.general, this.worker.assertOurs, async (client) => {
      await run(client, endRecast, [id]);
      if (recast !== null && recast.scopes.length > 0) await run(client, forgetPlaces, [id, recast.scopes]);
    });
    return true;
  }
}
