import type { PoolClient } from 'pg';
import type { ChangePage, Cursor } from '../connectors/connector.js';
import { failpoint } from '../common/failpoint.js';
import type { Side } from '../core/clock.js';
import type { HubPools } from '../database/pools.js';
import { askRound } from '../database/sql/absence.js';
import { endRestored, linkedPairs, readRestored } from '../database/sql/restored.js';
import { run, type Statement } from '../database/sql/statement.js';
import { rememberColumns } from './column-memory.js';
import { fetchAll } from './fetch-all.js';
import { inOurTransaction } from './our-transaction.js';
import type { PipelineWorker } from './pipeline-worker.js';
import type { RunningPipeline } from './running-pipeline.js';

const PAGE = 1000;

const replaceCursor: Statement<{ version: number }> = {
  name: 'resync_replace_cursor',
  text: `update side_state set cursor = $3, version = version + 1, read_at = clock_timestamp() where pipeline_id = $1 and side = $2 returning version`,
};

/**
 * Capture lost its thread: every record of the side is read again and compared with what is held. Differences are edits whose time is
 * only known to lie in the gap. A record that is not found is not taken for deleted here: a round of the absence sweep is asked for. Until
 * all of it is done, what is stored says that the side has lost its thread: whoever is cut off begins anew.
 */
export class Resync {
  constructor(
    private readonly pipeline: RunningPipeline,
    private readonly worker: PipelineWorker,
    private readonly pools: HubPools,
    private readonly signal: AbortSignal,
  ) {}

  /** @returns false when a write to the side has an unknown end: what the side shows cannot be told from it. Settle it and come again. */
  async run(side: Side): Promise<boolean> {
    if (!(await this.worker.readable(side))) return false;
    const { endpoint, anew, install } = this.pipeline.ends[side];
    const [answer] = await run(this.pools.general, readRestored, [this.pipeline.id, side]);
    const givenBack = answer?.restored === 'give-back';
    const columns = endpoint.options.columns.filter((name) => !(name in endpoint.absent));
    await install();
    const cursor = await endpoint.now();
    await failpoint('resync.begun');
    for await (const page of endpoint.snapshot({ columns, pageSize: PAGE })) {
      this.signal.throwIfAborted();
      if (!(await this.worker.readable(side))) return false;
      const readStart = Date.now();
      const states = {
        kind: 'states' as const,
        states: page,
        readStart,
        readEnd: readStart,
        cursor: this.worker.sides[side].cursor,
        more: false,
        gap: null,
      } as Extract<ChangePage, { kind: 'states' }>;
      if (givenBack) await this.worker.takeIn({ A: null, B: null, [side]: states }, { setBack: side });
      else await this.worker.compare(side, states, anew);
      await failpoint('resync.compared');
    }
    if (givenBack) await this.#makeAgain(side);
    // What happened while the pages were read comes once more, from the cursor that was taken before.
    const end = endpoint.capabilities.orderedLog ? await this.worker.catchUp(side, cursor) : cursor;
    if (end === null) return false;
    await failpoint('resync.before-cursor');
    await this.#goOnFrom(side, end, async (client) => {
      // The log may have told of deletions in what was lost.
      await run(client, askRound, [this.pipeline.id, side]);
      await rememberColumns(client, this.pipeline.id, side, endpoint);
      await run(client, endRestored, [this.pipeline.id, side]);
    });
    this.worker.readThrough.add(side);
    await failpoint('resync.done');
    return true;
  }

  /** Records that were made after the backup: the side is to have them again. */
  async #makeAgain(side: Side): Promise<void> {
    for (let position = 0; ;) {
      const links = await run(this.pools.general, linkedPairs, [this.pipeline.id, position, PAGE]);
      const last = links.at(-1);
      if (last === undefined) return;
      const idOf = (link: (typeof links)[number]): string | null => (side === 'A' ? link.a_id : link.b_id);
      const found = await fetchAll(
        this.pipeline.ends[side].endpoint,
        links.flatMap((link) => idOf(link) ?? []),
      );
      const gone = links.filter((link) => !found.has(idOf(link) ?? ''));
      if (gone.length > 0)
        await this.worker.takeIn(
          { A: null, B: null },
          { absent: { side, linkIds: gone.map(({ id }) => id) }, setBack: side },
        );
      position = last.id;
    }
  }

  /** Forgets the place: until a person resumes the pipeline nothing is read; then the side is compared as a whole. */
  async forget(side: Side): Promise<void> {
    await this.#goOnFrom(side, null, () => Promise.resolve());
  }

  async #goOnFrom(
    side: Side,
    cursor: Cursor | null,
    beside: (client: PoolClient) => Promise<void>,
  ): Promise<void> {
    await inOurTransaction(this.pools.general, this.worker.assertOurs, async (client) => {
      await beside(client);
      await run(client, replaceCursor, [
        this.pipeline.id,
        side,
        cursor === null ? null : JSON.stringify(cursor),
      ]);
    });
    await this.worker.load();
  }
}
