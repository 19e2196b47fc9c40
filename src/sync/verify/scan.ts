import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PoolClient } from 'pg';
import { failpoint } from '../../common/failpoint.js';
import { SIDES, type Side } from '../../core/clock.js';
import type { Reason } from '../../core/difference.js';
import { isMarkedRow, takingPartColumns } from '../../core/archive.js';
import { isInScope } from '../../core/scope.js';
import type { HubPools } from '../../database/pools.js';
import { run } from '../../database/sql/statement.js';
import {
  addDifferences,
  addStrangers,
  addSuspects,
  nextHeld,
  saveVerification,
  unlinkedIds,
  type HeldRow,
  type SideTally,
  type VerificationPhase,
  type VerificationRow,
} from '../../database/sql/verification.js';
import { inTransaction } from '../../database/transaction.js';
import type { RunningPipeline } from '../running-pipeline.js';
import { Pages, type ComparedPage } from './page.js';

/** Most records of a page, and those of the first, when it is not known how large they are. */
const PAGE = 1000;
const FIRST_PAGE = 100;
/** About how much text of both sides a page may have; two pages are in memory. */
const PAGE_CHARACTERS = 8_000_000;
const ID_PAGE = 5000;
const SAVE_MS = 1000;
/** A list that nobody can read through says no more than that something is wrong with a whole side. */
export const MOST_SUSPECTS = 100_000;
export const MOST_ALONE = 10_000;

/** Records without a link that are known for what they are. */
const ALONE: Readonly<Record<string, readonly [Reason, string]>> = {
  ambiguous: ['conflict', 'several records of the other side fit: waits for a person'],
  'no-key': ['policy', 'has nothing that a match rule could compare'],
  'not-created': ['policy', 'no rule creates its counterpart'],
  unlinked: ['policy', 'was unlinked: never linked again by rule'],
  'not-linked': ['policy', 'no rule links it'],
};

const OUTSIDE: readonly [Reason, string] = ['scope', 'out of scope'];

export class TooManyDifferences extends Error {
  override readonly name = 'TooManyDifferences';
}

export const EMPTY_TALLY: SideTally = { records: 0, fields: 0, digest: '', alone: 0 };

/**
 * Reads both sides once through, beside the pipeline's own work, in steps that are stored with where to go on: linked records by link,
 * hashed where they are and compared with the hash of what is held; then the ids of each side that no link has. Reports nothing: what
 * looks different here is only suspected.
 */
export class Scan {
  /** The pipeline has other work: as long as it has, half of the time is left to it. */
  busy = false;
  readonly #pages: Pages;
  #pageSize = FIRST_PAGE;
  #phase: VerificationPhase;
  #position: string | null;
  #done: number;
  #tally: Record<Side, SideTally>;
  #suspects: number[] = [];
  #strangers: Record<Side, string[]> = { A: [], B: [] };
  #alone: Record<string, unknown>[] = [];
  #met = 0;
  #savedAt = 0;

  constructor(
    private readonly pipeline: RunningPipeline,
    private readonly pools: HubPools,
    private readonly row: VerificationRow,
    private readonly assertOurs: (client: PoolClient) => Promise<void>,
    private readonly signal: AbortSignal,
  ) {
    this.#pages = new Pages(pipeline);
    this.#phase = row.phase ?? 'records';
    this.#position = row.position;
    this.#done = row.done;
    this.#tally = row.tally ?? { A: EMPTY_TALLY, B: EMPTY_TALLY };
  }

  /** Goes on from what is stored. @throws TooManyDifferences */
  async run(): Promise<void> {
    this.#savedAt = performance.now();
    if (this.#phase === 'records') await this.#readRecords();
    if (this.#phase === 'A') await this.#readIds('A');
    if (this.#phase === 'B') await this.#readIds('B');
  }

  async #readRecords(): Promise<void> {
    let coming = this.#nextHeld(Number(this.#position ?? 0));
    for (;;) {
      const began = performance.now();
      const rows = await coming;
      this.signal.throwIfAborted();
      const last = rows[rows.length - 1];
      if (last === undefined) break;
      coming = this.#nextHeld(last.link_id);
      coming.catch(() => undefined);
      const { sides, characters } = await this.#pages.compare(rows);
      this.#pageSize = pageSize(characters / rows.length);
      for (const side of SIDES) this.#count(side, sides[side]);
      this.#suspect(rows, sides);
      this.#done += rows.length;
      this.#position = String(last.link_id);
      await failpoint('verification.page-read');
      await this.#saveNowAndThen();
      await this.#leaveTime(performance.now() - began);
    }
    await this.#enter('A');
  }

  /** What is open is looked at as well: the sides may be known to differ. */
  #suspect(rows: readonly HeldRow[], pages: Readonly<Record<Side, ComparedPage>>): void {
    const open = rows.filter((row) => row.open !== null).map((row) => row.link_id);
    this.#suspects.push(...new Set([...open, ...pages.A.suspects, ...pages.B.suspects]));
  }

  #count(side: Side, page: ComparedPage): void {
    const { records, fields, digest, alone } = this.#tally[side];
    this.#tally[side] = {
      records: records + page.records,
      fields: fields + page.fields,
      digest: createHash('sha256').update(digest).update(page.digest).digest('hex'),
      alone,
    };
  }

  async #readIds(side: Side): Promise<void> {
    const { endpoint } = this.pipeline.ends[side];
    const { plan } = this.pipeline;
    const options = {
      columns: takingPartColumns(plan, side),
      pageSize: ID_PAGE,
      ...(this.#position !== null && { after: this.#position }),
    };
    for await (const page of endpoint.snapshot(options)) {
      this.signal.throwIfAborted();
      const began = performance.now();
      const ids = page.map(({ id }) => id);
      const outside = new Set(
        page.filter(({ values }) => !isInScope(plan, side, values)).map(({ id }) => id),
      );
      // Nothing is to be made of a row that counts as deleted.
      const here = page.filter(({ values }) => !isMarkedRow(plan, side, values)).map(({ id }) => id);
      const unlinked = await run(this.pools.general, unlinkedIds[side], [this.pipeline.id, side, here]);
      for (const { ext_id: id, known } of unlinked) {
        const why = outside.has(id) ? OUTSIDE : known === null ? undefined : ALONE[known];
        if (why === undefined) this.#strangers[side].push(id);
        else this.#noteAlone(side, id, why);
      }
      this.#position = ids[ids.length - 1] ?? this.#position;
      await failpoint('verification.ids-read');
      await this.#saveNowAndThen();
      await this.#leaveTime(performance.now() - began);
    }
    await this.#enter(side === 'A' ? 'B' : 'looks');
  }

  /** All are counted; of those that are so by policy only so many are listed. */
  #noteAlone(side: Side, id: string, [reason, detail]: readonly [Reason, string]): void {
    if (reason === 'policy' || reason === 'scope') {
      const tally = this.#tally[side];
      this.#tally[side] = { ...tally, alone: tally.alone + 1 };
      if (tally.alone >= MOST_ALONE) return;
    }
    this.#alone.push({ kind: 'alone', reason, side, ext_id: id, detail, mark: '' });
  }

  async #enter(phase: VerificationPhase): Promise<void> {
    this.#phase = phase;
    this.#position = null;
    await this.#save();
  }

  async #saveNowAndThen(): Promise<void> {
    const many = this.#suspects.length + this.#strangers.A.length + this.#strangers.B.length;
    if (many < PAGE && performance.now() - this.#savedAt < SAVE_MS) return;
    await this.#save();
  }

  async #save(): Promise<void> {
    const { id } = this.row;
    this.#met += this.#suspects.length + this.#strangers.A.length + this.#strangers.B.length;
    await inTransaction(this.pools.general, async (client) => {
      await this.assertOurs(client);
      if (this.#suspects.length > 0) await run(client, addSuspects, [id, this.#suspects]);
      for (const side of SIDES)
        if (this.#strangers[side].length > 0)
          await run(client, addStrangers, [id, side, this.#strangers[side]]);
      if (this.#alone.length > 0) await run(client, addDifferences, [id, JSON.stringify(this.#alone)]);
      await run(client, saveVerification, [
        id,
        this.#phase,
        this.#position,
        this.#done,
        JSON.stringify(this.#tally),
      ]);
    });
    this.#suspects = [];
    this.#strangers = { A: [], B: [] };
    this.#alone = [];
    this.#savedAt = performance.now();
    await failpoint('verification.saved');
    if (this.#met > MOST_SUSPECTS)
      throw new TooManyDifferences(
        `more than ${MOST_SUSPECTS.toLocaleString('en-US')} records look different: something is wrong with a side as a whole`,
      );
  }

  #nextHeld(after: number): Promise<HeldRow[]> {
    return run(this.pools.general, nextHeld, [this.pipeline.id, after, this.#pageSize]);
  }

  async #leaveTime(spentMs: number): Promise<void> {
    if (this.busy) await sleep(spentMs, undefined, { signal: this.signal });
  }
}

/** How many records of this size, in characters, make a page. */
export function pageSize(characters: number): number {
  return Math.max(1, Math.min(PAGE, Math.floor(PAGE_CHARACTERS / Math.max(1, characters))));
}
