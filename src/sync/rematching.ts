import { failpoint } from '../common/failpoint.js';
import { otherSide, SIDES, type Side } from '../core/clock.js';
import type { HubPools } from '../database/pools.js';
import { moveRematch, nextRemembered, readRematch, waitAsMet } from '../database/sql/matching/rematch.js';
import { run } from '../database/sql/statement.js';
import { fetchAll } from './fetch-all.js';
import { Meeting } from './matching/meeting.js';
import { renewKeys } from './matching/stored-keys.js';
import { inOurTransaction } from './our-transaction.js';
import type { PipelineWorker } from './pipeline-worker.js';
import type { RunningPipeline } from './running-pipeline.js';

const PAGE = 500;

/**
 * After a change of what records are matched by: the keys of all that are not linked are made out anew, before anything else is read or
 * written, and only then are they judged like newcomers; otherwise one would be made a second time whose twin still had its old key. One
 * page a transaction, which stores how far it has come. Links stay as they are.
 */
export class Rematching {
  readonly #meeting: Meeting;

  constructor(
    private readonly pipeline: RunningPipeline,
    private readonly worker: PipelineWorker,
    private readonly pools: HubPools,
    private readonly signal: AbortSignal,
  ) {
    this.#meeting = new Meeting(pipeline, pools, worker.assertOurs);
  }

  /** @returns false when a side cannot be read now; cut off, it goes on where it was */
  async run(): Promise<boolean> {
    const { id } = this.pipeline;
    const [row] = await run(this.pools.general, readRematch, [id]);
    if (row === undefined || row.side === null) return true;
    let after = row.after ?? '';
    for (const side of row.side === 'A' ? SIDES : (['B'] as const)) {
      for (;;) {
        this.signal.throwIfAborted();
        if (!(await this.worker.readable(side)) || !(await this.worker.readable(otherSide(side))))
          return false;
        const rows = await run(this.pools.general, nextRemembered, [id, side, after, PAGE]);
        const last = rows.at(-1);
        if (last === undefined) break;
        await this.#page(
          side,
          rows.map((one) => one.ext_id),
          last.ext_id,
        );
        await failpoint('rematch.page');
        after = last.ext_id;
      }
      after = '';
      const next = side === 'A' ? 'B' : null;
      await inOurTransaction(this.pools.general, this.worker.assertOurs, (client) =>
        run(client, moveRematch, [id, next, next === null ? null : '']).then(() => undefined),
      );
    }
    return true;
  }

  async #page(side: Side, ids: readonly string[], last: string): Promise<void> {
    const { met, linked } = await this.#meeting.meet(side, ids);
    // Made for a short while only, they are still to be recognised by a twin.
    const made =
      linked.length === 0 ? [] : [...(await fetchAll(this.pipeline.ends[side].endpoint, linked)).values()];
    await inOurTransaction(this.pools.general, this.worker.assertOurs, async (client) => {
      await renewKeys(client, this.pipeline, side, made);
      await run(client, waitAsMet, [this.pipeline.id, side, met.map(({ state }) => state.id)]);
      await run(client, moveRematch, [this.pipeline.id, side, last]);
    });
  }
}
