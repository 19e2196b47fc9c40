import type { PoolClient } from 'pg';
import type { Clock } from '../../common/clock.js';
import { failpoint } from '../../common/failpoint.js';
import type { RecordState, StatePage } from '../../connectors/connector.js';
import { ABSENCE_GUARD, tooManyAbsent } from '../../core/absence.js';
import { SIDES, type Side } from '../../core/clock.js';
import type { HubPools } from '../../database/pools.js';
import { setAllDue } from '../../database/sql/lane/due.js';
import { run } from '../../database/sql/statement.js';
import {
  countDifferences,
  lastVerified,
  nextToRepair,
  setRepaired,
  type DifferenceRow,
} from '../../database/sql/verification.js';
import { inTransaction } from '../../database/transaction.js';
import type { PipelineWorker } from '../pipeline-worker.js';
import type { RunningPipeline } from '../running-pipeline.js';
import type { Look, Looked } from './look.js';

const AT_ONCE = 200;
const PATIENCE_MS = 30_000;

interface ToFeed {
  readonly states: Record<Side, Map<string, RecordState>>;
  readonly gone: Record<Side, number[]>;
  readonly due: number[];
  /** What is done about each difference, in words. */
  readonly words: Map<string, number[]>;
}

/**
 * Takes in what stands and nothing explains: a side that drifted has been edited, and the policies say what becomes of that. Exactly the
 * fields concerned are read once more and observed; nothing is ever written over a side because it differs.
 */
export class Repair {
  /** Since when what is left to repair of a verification has to wait. */
  #waiting: { readonly verification: number; readonly since: number } | null = null;

  constructor(
    private readonly pipeline: RunningPipeline,
    private readonly worker: PipelineWorker,
    private readonly pools: HubPools,
    private readonly clock: Clock,
    private readonly look: Look,
    private readonly assertOurs: (client: PoolClient) => Promise<void>,
  ) {}

  async step(verification: number, linked: number): Promise<'some' | 'later' | 'none'> {
    const rows = await run(this.pools.general, nextToRepair, [verification, AT_ONCE]);
    if (rows.length === 0) return 'none';
    for (const side of SIDES) if (!(await this.worker.readable(side))) return 'later';
    const now = this.clock.now();
    if (this.#waiting?.verification !== verification) this.#waiting = { verification, since: now };
    const impatient = now - this.#waiting.since > PATIENCE_MS;
    const toFeed = await this.#sort(verification, rows, linked, impatient);
    await this.#feed(toFeed, [...new Set(rows.flatMap((row) => row.link_id ?? []))]);
    await failpoint('verification.fed');
    if (toFeed.words.size === 0) return 'later';
    await inTransaction(this.pools.general, async (client) => {
      await this.assertOurs(client);
      for (const [words, ids] of toFeed.words) await run(client, setRepaired, [ids, words]);
    });
    return 'some';
  }

  async #sort(
    verification: number,
    rows: readonly DifferenceRow[],
    linked: number,
    impatient: boolean,
  ): Promise<ToFeed> {
    const links = [...new Set(rows.flatMap((row) => row.link_id ?? []))];
    const looked = await this.look.atLinks(links);
    const refused = await this.#refusals(verification, linked);
    const toFeed: ToFeed = {
      states: { A: new Map(), B: new Map() },
      gone: { A: [], B: [] },
      due: [],
      words: new Map(),
    };
    const strangers = { A: await this.#strangers('A', rows), B: await this.#strangers('B', rows) };
    for (const row of rows) {
      const words =
        row.kind === 'extra'
          ? this.#feedStranger(row, strangers, toFeed)
          : this.#feedRecord(row, looked.get(row.link_id ?? 0), refused, toFeed, impatient);
      if (words !== null) toFeed.words.set(words, [...(toFeed.words.get(words) ?? []), row.id]);
    }
    return toFeed;
  }

  async #strangers(side: Side, rows: readonly DifferenceRow[]): Promise<ReadonlySet<string>> {
    const ids = rows
      .filter((row) => row.kind === 'extra' && row.side === side)
      .map((row) => row.ext_id ?? '');
    return (await this.look.atStrangers(side, ids)).unknown;
  }

  #feedStranger(
    row: DifferenceRow,
    strangers: Readonly<Record<Side, ReadonlySet<string>>>,
    { states }: ToFeed,
  ): string {
    const { side, ext_id: id } = row;
    if (side === null || id === null || !strangers[side].has(id)) return 'is known by now, or gone again';
    states[side].set(id, { id, values: {}, modifiedAt: null, by: null });
    return 'taken in as a new record: the match rules say what becomes of it';
  }

  /** @returns what is done about it, in words; `null`: its time has not come */
  #feedRecord(
    row: DifferenceRow,
    looked: Looked | undefined,
    refused: Readonly<Record<Side, string | null>>,
    toFeed: ToFeed,
    impatient: boolean,
  ): string | null {
    if (looked === undefined) return 'the records are not linked any more';
    if (looked.moving) return impatient ? 'left: a write is on its way; verify again' : null;
    const now = looked.differences.find(
      (one) => one.kind === row.kind && one.side === row.side && one.unit === row.unit,
    );
    if (now === undefined) return 'is over by itself';
    if (now.mark !== row.mark) return 'has moved on since';
    const { side } = row;
    if (side === null) {
      if (row.link_id !== null) toFeed.due.push(row.link_id);
      return 'looked at again by the policies';
    }
    const { label } = this.pipeline.ends[side];
    if (row.kind === 'missing') {
      const why = refused[side];
      if (why !== null) return why;
      if (looked.shown[side] === null) {
        toFeed.gone[side].push(row.link_id ?? 0);
        return `taken in as a deletion in ${label}`;
      }
    }
    // A row that is marked as deleted is missing, and yet there.
    const shown = looked.shown[side];
    if (shown === null) return 'has moved on since';
    const columns = row.kind === 'value' ? this.#columns(side, row.unit ?? '') : null;
    const values = Object.fromEntries(
      Object.entries(shown.values).filter(([name]) => columns === null || columns.has(name)),
    );
    const state = toFeed.states[side].get(shown.id);
    // Neither the stamp of the record nor the name beside it speaks of this edit: capture would have seen them move.
    toFeed.states[side].set(shown.id, {
      id: shown.id,
      values: { ...state?.values, ...values },
      modifiedAt: null,
      by: null,
    });
    return `taken in as ${row.kind === 'missing' ? 'a deletion' : 'an edit'} in ${label}`;
  }

  #columns(side: Side, unit: string): ReadonlySet<string> {
    return new Set((this.pipeline.ends[side].columns.get(unit) ?? []).map(([, column]) => column));
  }

  /** Why records that are missing on a side are not taken for deleted. */
  async #refusals(verification: number, linked: number): Promise<Record<Side, string | null>> {
    const counts = await run(this.pools.general, countDifferences, [verification]);
    const guard = { ...ABSENCE_GUARD, ...this.pipeline.spec.deletes?.guard };
    const refused: Record<Side, string | null> = { A: null, B: null };
    for (const side of SIDES) {
      const missing =
        counts.find((row) => row.kind === 'missing' && row.reason === 'unknown' && row.side === side)?.n ?? 0;
      if (missing === 0) continue;
      if (tooManyAbsent(linked, missing, guard))
        refused[side] = 'left: so many missing at once are for a person to look at';
      else if (await this.pipeline.ends[side].endpoint.hidesRecords())
        refused[side] = 'left: the system may hide records from this account';
    }
    return refused;
  }

  async #feed({ states, gone, due }: ToFeed, links: readonly number[]): Promise<void> {
    if (states.A.size + states.B.size > 0) {
      const [last] = await run(this.pools.general, lastVerified, [this.pipeline.id, links]);
      const readStart = this.clock.now();
      const page = (side: Side): StatePage | null =>
        states[side].size === 0
          ? null
          : {
              kind: 'states',
              states: [...states[side].values()],
              readStart,
              readEnd: readStart,
              cursor: this.worker.sides[side].cursor,
              more: false,
              gap: null,
            };
      await this.worker.observe({ A: page('A'), B: page('B') }, last?.started_ms ?? null);
    }
    for (const side of SIDES) if (gone[side].length > 0) await this.worker.lose(side, gone[side]);
    if (due.length > 0) await run(this.pools.general, setAllDue, [this.pipeline.id, due, 'verified']);
  }
}
