import { failpoint } from '../common/failpoint.js';
import type { ChangePage } from '../connectors/connector.js';
import { SIDES, type Side } from '../core/clock.js';
import type { HubPools } from '../database/pools.js';
import { endReunite, linkedPairs } from '../database/sql/restored.js';
import { run } from '../database/sql/statement.js';
import { fetchAll } from './fetch-all.js';
import { inOurTransaction } from './our-transaction.js';
import type { PipelineWorker } from './pipeline-worker.js';
import type { RunningPipeline } from './running-pipeline.js';

const PAGE = 500;

/**
 * Accord's own database was restored from a backup, and does not know what it has itself carried over since. Every linked record is read
 * on both sides at once: what they agree on is agreed; the rest is judged as edits of unknown time. Then both sides are compared as a
 * whole, for records that were made or deleted in between.
 */
export class Reunion {
  constructor(
    private readonly pipeline: RunningPipeline,
    private readonly worker: PipelineWorker,
    private readonly pools: HubPools,
    private readonly signal: AbortSignal,
  ) {}

  /** @returns false when a side cannot be read now; cut off, it begins anew: nothing is folded twice */
  async run(): Promise<boolean> {
    const { id, ends } = this.pipeline;
    for (const side of SIDES) {
      if (!(await this.worker.readable(side))) return false;
      await ends[side].endpoint.install();
    }
    for (let position = 0; ;) {
      this.signal.throwIfAborted();
      for (const side of SIDES) if (!(await this.worker.readable(side))) return false;
      const links = await run(this.pools.general, linkedPairs, [id, position, PAGE]);
      const last = links.at(-1);
      if (last === undefined) break;
      const pages = {
        A: await this.#page(
          'A',
          links.flatMap((link) => link.a_id ?? []),
        ),
        B: await this.#page(
          'B',
          links.flatMap((link) => link.b_id ?? []),
        ),
      };
      await this.worker.takeIn(pages, { reunite: true });
      await failpoint('reunion.page');
      position = last.id;
    }
    await inOurTransaction(this.pools.general, this.worker.assertOurs, (client) =>
      run(client, endReunite, [id]).then(() => undefined),
    );
    return true;
  }

  async #page(side: Side, ids: readonly string[]): Promise<ChangePage> {
    const readStart = Date.now();
    const found = await fetchAll(this.pipeline.ends[side].endpoint, ids);
    return {
      kind: 'states',
      // Whoever moved a stamp may have been Accord itself.
      states: [...found.values()].map((state) => ({ ...state, modifiedAt: null, by: null })),
      readStart,
      readEnd: Date.now(),
      cursor: this.worker.sides[side].cursor,
      more: false,
      gap: null,
    };
  }
}
