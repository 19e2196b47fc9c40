import { failpoint } from '../../common/failpoint.js';
import { otherSide, SIDES, type Side } from '../../core/clock.js';
import { takesPart } from '../../core/archive.js';
import type { HubPools } from '../../database/pools.js';
import { endedIds } from '../../database/sql/lane/read-records.js';
import { linkedIds, readUnmet, setMet, setUnmatched, unlinkedIds } from '../../database/sql/load/match.js';
import { waitAsMet } from '../../database/sql/matching/rematch.js';
import { subjectsOf } from '../../database/sql/matching/standing.js';
import { run } from '../../database/sql/statement.js';
import { fetchAll } from '../fetch-all.js';
import { keyRules, matchKey } from '../match-keys.js';
import { inOurTransaction, type AssertOurs } from '../our-transaction.js';
import type { RunningPipeline } from '../running-pipeline.js';
import { forgetRecords } from './housekeeping.js';
import type { Newcomer } from './judge.js';
import { renewKeys } from './stored-keys.js';

export interface Met {
  readonly met: readonly Newcomer[];
  /** Those that have a link. */
  readonly linked: readonly string[];
}

/** Reads records that wait to be matched, and keeps what others find them by. */
export class Meeting {
  constructor(
    private readonly pipeline: RunningPipeline,
    private readonly pools: HubPools,
    private readonly assertOurs: AssertOurs,
  ) {}

  /**
   * Where more wait than are judged at once, the keys of all are learnt before any is judged: its twin may be among those whose turn has not
   * come. @returns false when all are known
   */
  async ahead(limit: number): Promise<boolean> {
    let some = false;
    for (const side of SIDES) {
      const rows = await run(this.pools.general, readUnmet, [this.pipeline.id, side, limit]);
      if (rows.length === 0) continue;
      some = true;
      const ids = rows.map((row) => row.ext_id);
      await this.meet(side, ids);
      await run(this.pools.general, setMet, [this.pipeline.id, side, ids]);
    }
    await failpoint('newcomers.met');
    return some;
  }

  /** Present states of the waiting that still exist and are not linked yet; remembers their keys for whoever comes later. */
  async meet(side: Side, waiting: readonly string[]): Promise<Met> {
    if (waiting.length === 0) return { met: [], linked: [] };
    const { endpoint } = this.pipeline.ends[side];
    const linked = new Set(
      (await run(this.pools.general, linkedIds[side], [this.pipeline.id, waiting])).map((row) => row.ext_id),
    );
    // Whose row stands marked as deleted is not unknown: whether it is back is seen by comparing it with what is held of it.
    if (this.pipeline.plan.archive?.[side] !== undefined)
      for (const row of await run(this.pools.general, endedIds[side], [this.pipeline.id, waiting]))
        linked.add(row.ext_id);
    const unlinked = await this.#leaveUnlinked(
      side,
      waiting.filter((id) => !linked.has(id)),
    );
    const open = waiting.filter((id) => !linked.has(id) && !unlinked.has(id));
    // Whoever is out of scope, or marked as deleted, is not here for this pipeline, until an edit brings it in.
    const states = [...(await fetchAll(endpoint, open)).values()].filter(({ values }) =>
      takesPart(this.pipeline.plan, side, values),
    );
    const here = new Set(states.map((state) => state.id));
    const gone = open.filter((id) => !here.has(id));
    const rules = keyRules(this.pipeline);
    const newcomers = states.map((state): Newcomer => {
      const keys = new Map<number, string>();
      for (const rule of rules) {
        const key = matchKey(this.pipeline, side, rule, state.values);
        if (key !== null) keys.set(rule.index, key);
      }
      return { side, state, keys };
    });
    await inOurTransaction(this.pools.general, this.assertOurs, async (client) => {
      if (gone.length > 0)
        await forgetRecords(client, this.pipeline, side, gone, 'gone, out of scope or marked as deleted');
      await renewKeys(client, this.pipeline, side, states);
    });
    return { met: newcomers, linked: [...linked] };
  }

  /** Those that are asked about and have one of these among their candidates: what they resemble may be another now. */
  async subjectsOf(arrivals: readonly Newcomer[], limit: number): Promise<Newcomer[]> {
    const subjects: Newcomer[] = [];
    for (const side of SIDES) {
      const idsOf = (of: Side): string[] =>
        arrivals.filter((one) => one.side === of).map(({ state }) => state.id);
      const candidates = idsOf(otherSide(side));
      if (candidates.length === 0) continue;
      const own = new Set(idsOf(side));
      const rows = await run(this.pools.general, subjectsOf, [this.pipeline.id, side, candidates, limit]);
      const ids = rows.map((row) => row.ext_id).filter((id) => !own.has(id));
      const { met } = await this.meet(side, ids);
      const waiting = met.map(({ state }) => state.id);
      // Whatever is decided of them now, it is not forgotten where it cannot be carried out yet.
      if (waiting.length > 0) await run(this.pools.general, waitAsMet, [this.pipeline.id, side, waiting]);
      subjects.push(...met);
    }
    return subjects;
  }

  /** Whose link was ended on purpose is not linked again, nor made anew on the other side, until a person says so; it is shown. */
  async #leaveUnlinked(side: Side, ids: readonly string[]): Promise<ReadonlySet<string>> {
    if (ids.length === 0) return new Set();
    const rows = await run(this.pools.general, unlinkedIds[side], [this.pipeline.id, ids]);
    const other = this.pipeline.ends[otherSide(side)].label;
    if (rows.length > 0)
      await run(this.pools.general, setUnmatched, [
        this.pipeline.id,
        side,
        rows.map((row) => row.ext_id),
        rows.map(() => 'not-created'),
        rows.map(
          (row) => `its link with ${other} ${row.other_id ?? ''} was ended; the two go their own ways`,
        ),
      ]);
    return new Set(rows.map((row) => row.ext_id));
  }
}
