import type { PoolClient } from 'pg';
import type { Clock } from '../common/clock.js';
import { AppError } from '../common/errors.js';
import { failpoint } from '../common/failpoint.js';
import type { ChangePage } from '../connectors/connector.js';
import { SIDES, type Side } from '../core/clock.js';
import type { HubPools } from '../database/pools.js';
import { unsettledBatches, type BatchRow } from '../database/sql/lane/batches.js';
import { nextDue, readDue, wakeWaiting } from '../database/sql/lane/due.js';
import { run } from '../database/sql/statement.js';
import { inTransaction } from '../database/transaction.js';
import { FlapMemory } from './flap-memory.js';
import { BatchIds } from './lane/batch-ids.js';
import { BatchLog } from './lane/batch-log.js';
import { isCovered } from './lane/settle.js';
import { RegistersMoved } from './lane/persist.js';
import type { Committed, Intake, Outgoing, ReadBack } from './lane/intake.js';
import { LaneTransaction } from './lane/transaction.js';
import { advance, Capture, continues, matters } from './capture.js';
import { Delivery, type Delivered, type Settled } from './delivery.js';
import { Newcomers } from './newcomers.js';
import type { RunningPipeline } from './running-pipeline.js';
import { SideRuntime } from './side-runtime.js';

export interface WorkerOptions {
  /** Most log entries or states read per side and transaction. */
  readonly pageSize: number;
  readonly dueSize: number;
}

export const WORKER_DEFAULTS: WorkerOptions = { pageSize: 2000, dueSize: 500 };

/** Read-backs waiting for the log to be read; beyond this the oldest is dropped (the write simply misses again). */
const MOST_READ_BACKS = 10_000;

const YOUNG_MS = 30_000;

const NOTHING: ReadonlySet<string> = new Set();

/**
 * Runs one pipeline: capture, one hub transaction, the writes it planned, and their receipts in the next transaction. Holds no truth of
 * its own: killed at any point and started again, it goes on from what the database and the sides say.
 */
export class PipelineWorker {
  readonly #log = new BatchLog();
  readonly #ids = new BatchIds();
  readonly #lane: LaneTransaction;
  readonly #solo = new Set<number>();
  #sides!: Record<Side, SideRuntime>;
  #receipts: Settled[] = [];
  #readBacks: ReadBack[] = [];
  #unsettled: BatchRow[] = [];
  readonly #delivery: Delivery;
  readonly #reader: Capture;
  #dueAt = 0;
  /** Writes that were begun and are not awaited yet. */
  #underWay: { readonly sides: ReadonlySet<Side>; readonly done: Promise<Delivered> } | null = null;
  /** The next page of a side belongs to a batch of changes that was frozen before the writes under way. */
  #frozen: Record<Side, boolean> = { A: false, B: false };
  /** Newcomers may wait from before this worker started, or for a side to be writable. */
  #waiting = true;
  /** Links made from states that were read just now, until when the log may still repeat what those showed. */
  readonly #young = new Map<number, number>();
  readonly #newcomers: Newcomers;
  /** True while entries may repeat what the first load's snapshot showed. */
  catchingUp: Record<Side, boolean> = { A: false, B: false };

  constructor(
    readonly pipeline: RunningPipeline,
    private readonly pools: HubPools,
    private readonly clock: Clock,
    /** Throws when the pipeline has passed to another process: then nothing of the transaction may stand. */
    private readonly assertOurs: (client: PoolClient) => Promise<void>,
    private readonly options: WorkerOptions = WORKER_DEFAULTS,
  ) {
    this.#lane = new LaneTransaction(pipeline, this.#log, this.#ids, new FlapMemory(), this.#solo);
    this.#delivery = new Delivery(pipeline, clock);
    this.#reader = new Capture(pipeline, clock, options.pageSize);
    this.#newcomers = new Newcomers(pipeline, pools, this.#ids);
  }

  /** Reads where things stand. To be called before the first cycle and after the database or the lease was lost. */
  async load(): Promise<void> {
    await this.#arrive();
    this.#log.clear();
    this.#receipts = [];
    this.#readBacks = [];
    this.#sides = await SideRuntime.load(this.pools.general, this.pipeline.id);
    this.#unsettled = await run(this.pools.general, unsettledBatches, [this.pipeline.id]);
    this.#dueAt = 0;
    for (const side of SIDES) await run(this.pools.general, wakeWaiting, [this.pipeline.id, side]);
  }

  get sides(): Readonly<Record<Side, SideRuntime>> {
    return this.#sides;
  }

  /** Receipts that the first load left for the lane. */
  adopt(receipts: readonly Settled[]): void {
    this.#receipts.push(...receipts);
    const known = new Set(receipts.map(({ batch }) => batch.id));
    this.#unsettled = this.#unsettled.filter((batch) => !known.has(batch.id));
  }

  /** Pauses and resumes that people asked for; whatever else may be due is looked up again. */
  async refreshPauses(paused: Readonly<Record<Side, boolean>>): Promise<void> {
    for (const side of SIDES) {
      const resumed = this.#sides[side].paused && !paused[side];
      this.#sides[side].paused = paused[side];
      if (resumed) await run(this.pools.general, wakeWaiting, [this.pipeline.id, side]);
    }
    await this.#scheduleDue();
  }

  /**
   * Folds states that were read outside of capture; the cursor stays. `anew`: units whose fields the side has made anew. `since`: when
   * what is held is known to have stood, where that is not when the side was last read.
   */
  async compare(
    side: Side,
    page: Extract<ChangePage, { kind: 'states' }>,
    anew: ReadonlySet<string>,
    since: number | null = this.#sides[side].readAt,
  ): Promise<void> {
    const cursors = { A: this.#cursorState('A'), B: this.#cursorState('B') };
    cursors[side] = { ...cursors[side], readAt: since };
    await this.#takeIn({ A: null, B: null, [side]: page }, { anew, cursors });
  }

  /** Records that were read for and are not on the side any more. */
  async lose(side: Side, linkIds: readonly number[]): Promise<void> {
    await this.#takeIn({ A: null, B: null }, { absent: { side, linkIds } });
  }

  /** Lets our writes arrive. @returns whether the side can be read now, and what it shows is not a write of ours of unknown end */
  async readable(side: Side): Promise<boolean> {
    await this.#arrive();
    return (
      this.#sides[side].available(this.clock.now()) && !this.#unsettled.some((batch) => batch.side === side)
    );
  }

  async #takeIn(pages: Record<Side, ChangePage | null>, beside: Partial<Intake>): Promise<void> {
    await this.#arrive();
    const committed = await this.#transact(pages, [], [], beside);
    for (const s of SIDES) this.#sides[s].version = committed.versions[s];
    this.#receipts = [];
    this.#waiting ||= committed.waiting;
    this.#send(committed.outgoing);
    await this.#arrive();
  }

  /**
   * Whether a cycle would find anything: news on a side, something due, or the receipts of the last writes. Cheap, for a quiet pipeline
   * that is asked twenty times a second.
   */
  async hasWork(): Promise<boolean> {
    const now = this.clock.now();
    if (
      (this.#waiting && SIDES.every((side) => this.#writable(side, now))) ||
      this.#receipts.length > 0 ||
      this.#underWay !== null ||
      now >= this.#dueAt ||
      this.#unsettled.some((b) => this.#sides[b.side].available(now))
    )
      return true;
    if (SIDES.some((side) => this.#sides[side].awaitsReopening(now))) return true;
    const news = await Promise.all(SIDES.map((side) => this.#reader.hasNews(this.#sides[side])));
    return news.includes(true);
  }

  /** One round. @returns true when there may be more to do at once */
  async cycle(): Promise<boolean> {
    if (!this.#mayOverlap()) await this.#arrive();
    await this.#settleUnknown();
    const now = this.clock.now();
    for (const side of SIDES) {
      if (!this.#sides[side].reopened(now)) continue;
      await run(this.pools.general, wakeWaiting, [this.pipeline.id, side]);
      this.#dueAt = 0;
    }
    const pages = await this.#capture();
    await failpoint('worker.captured');
    const due =
      now >= this.#dueAt
        ? (await run(this.pools.general, readDue, [this.pipeline.id, this.options.dueSize])).map(
            (row) => row.link_id,
          )
        : [];
    const readBacks = this.#coveredReadBacks(pages);
    const worthwhile =
      this.#waiting ||
      SIDES.some((side) => matters(pages[side], this.#sides[side], now)) ||
      due.length > 0 ||
      readBacks.length > 0 ||
      this.#receipts.length > 0;
    if (!worthwhile) {
      for (const side of SIDES) advance(this.#sides[side], pages[side], this.clock.now());
      await this.#scheduleDue();
      return this.#underWay !== null;
    }
    const committed = await this.#transact(pages, due, readBacks);
    await failpoint('worker.committed');
    for (const side of SIDES) {
      this.#sides[side].version = committed.versions[side];
      advance(this.#sides[side], pages[side], this.clock.now());
    }
    this.#receipts = [];
    this.#readBacks = [
      ...this.#readBacks.filter((back) => !readBacks.includes(back)),
      ...committed.missed,
    ].slice(-MOST_READ_BACKS);
    await this.#arrive();
    this.#send(committed.outgoing);
    this.#frozen = { A: continues(pages.A), B: continues(pages.B) };
    const arrived = committed.waiting || this.#waiting ? await this.#settleNewcomers() : false;
    await this.#scheduleDue();
    const more = SIDES.some((side) => pages[side]?.more === true);
    return (
      more ||
      arrived ||
      committed.again ||
      committed.outgoing.length > 0 ||
      this.#readBacks.length > 0 ||
      due.length === this.options.dueSize
    );
  }

  async #settleNewcomers(): Promise<boolean> {
    const now = this.clock.now();
    const arrived = await this.#newcomers.settle({
      A: this.#writable('A', now),
      B: this.#writable('B', now),
    });
    await failpoint('newcomers.committed');
    for (const id of arrived.linkIds) this.#young.set(id, now + YOUNG_MS);
    await this.#arrive();
    this.#send(arrived.outgoing);
    await this.#arrive();
    this.#waiting = arrived.more;
    return arrived.outgoing.length > 0 || arrived.linkIds.length > 0 || arrived.more;
  }

  async #capture(): Promise<Record<Side, ChangePage | null>> {
    const [A, B] = await Promise.all(SIDES.map((side) => this.#captureSide(side)));
    return { A: A ?? null, B: B ?? null };
  }

  async #captureSide(side: Side): Promise<ChangePage | null> {
    // A side with a write of unknown end is not read: what it shows cannot be told from that write.
    if (this.#unsettled.some((batch) => batch.side === side)) return null;
    const { page, recovered } = await this.#reader.page(this.#sides[side]);
    if (recovered) {
      await run(this.pools.general, wakeWaiting, [this.pipeline.id, side]);
      this.#dueAt = 0;
    }
    return page;
  }

  async #transact(
    pages: Record<Side, ChangePage | null>,
    due: readonly number[],
    readBacks: readonly ReadBack[],
    beside: Partial<Intake> = {},
  ): Promise<Committed> {
    await this.#ids.ensure(this.pools.general, 6);
    const now = this.clock.now();
    const intake: Intake = {
      pages,
      cursors: { A: this.#cursorState('A'), B: this.#cursorState('B') },
      due,
      receipts: this.#receipts,
      readBacks,
      writable: { A: this.#writable('A', now), B: this.#writable('B', now) },
      budget: { A: this.#delivery.budget('A', now), B: this.#delivery.budget('B', now) },
      catchingUp: this.catchingUp,
      young: this.#youngNow(now),
      anew: NOTHING,
      absent: null,
      now,
      ...beside,
    };
    for (let attempt = 1; ; attempt++) {
      try {
        return await inTransaction(this.pools.lane, async (client: PoolClient) => {
          await this.assertOurs(client);
          return this.#lane.run(client, intake);
        });
      } catch (error) {
        this.#log.clear();
        if (!(error instanceof RegistersMoved) || attempt >= 20) throw error;
      }
    }
  }

  #youngNow(now: number): ReadonlyMap<number, number> {
    for (const [id, until] of this.#young) if (until < now) this.#young.delete(id);
    return this.#young;
  }

  #cursorState(side: Side): Intake['cursors']['A'] {
    const { cursor, version, readAt } = this.#sides[side];
    return { cursor, version, readAt };
  }

  #writable(side: Side, now: number): boolean {
    const runtime = this.#sides[side];
    return (
      !runtime.paused &&
      runtime.available(now) &&
      !runtime.failing &&
      runtime.writable(now) &&
      !this.#unsettled.some((batch) => batch.side === side)
    );
  }

  /** Begins to write what the transaction planned. */
  #send(outgoing: readonly Outgoing[]): void {
    if (outgoing.length === 0) return;
    for (const { row, payload } of outgoing) {
      this.#log.set(row);
      this.#log.setPayload(row.id, payload);
    }
    const done = this.#delivery.deliver(outgoing, this.#sides);
    // Awaited in arrive(); until then a failure must not count as unhandled.
    done.catch(() => undefined);
    this.#underWay = { sides: new Set(outgoing.map(({ row }) => row.side)), done };
  }

  /** Waits for the writes that are under way. */
  async #arrive(): Promise<void> {
    if (this.#underWay === null) return;
    const { done } = this.#underWay;
    this.#underWay = null;
    const { settled, unsettled } = await done;
    await failpoint('worker.arrived');
    this.#receipts.push(...settled);
    this.#unsettled.push(...unsettled);
  }

  /**
   * The next pages may be read and worked in while writes are under way only if what they show was committed before those writes began:
   * pages of a batch of changes that was frozen earlier. Records that are being written are only looked at in that transaction.
   */
  #mayOverlap(): boolean {
    const { sides } = this.#underWay ?? { sides: new Set<Side>() };
    return SIDES.every((side) => this.#frozen[side] || !sides.has(side));
  }

  /** Lets the writes under way come to their end, whose receipts the next start settles. */
  async finish(): Promise<void> {
    await this.#arrive();
  }

  /** Finds out how writes ended whose answer was lost, before anything else is read from or written to that side. */
  async #settleUnknown(): Promise<void> {
    for (const batch of [...this.#unsettled]) {
      const runtime = this.#sides[batch.side];
      if (!runtime.available(this.clock.now())) continue;
      try {
        const receipt = await this.pipeline.ends[batch.side].endpoint.settle(String(batch.id));
        await failpoint('worker.settled');
        if (receipt.status === 'unknown') {
          await runtime.failed(new AppError('side-unreachable', receipt.reason), this.clock.now());
          continue;
        }
        const payload = [...(await this.#log.payload(this.pools.general, batch.id)).values()];
        this.#receipts.push({ batch, receipt, payload });
        this.#unsettled = this.#unsettled.filter((one) => one.id !== batch.id);
        await runtime.worked();
        await run(this.pools.general, wakeWaiting, [this.pipeline.id, batch.side]);
        this.#dueAt = 0;
      } catch (error) {
        await runtime.failed(error, this.clock.now());
      }
    }
  }

  #coveredReadBacks(pages: Readonly<Record<Side, ChangePage | null>>): readonly ReadBack[] {
    return this.#readBacks.filter((back) => {
      const batch = this.#log.get(back.batch.id) ?? back.batch;
      const page = pages[back.side];
      return (
        page !== null && !page.more && isCovered(this.pipeline.ends[back.side].endpoint, page.cursor, batch)
      );
    });
  }

  async #scheduleDue(): Promise<void> {
    const [row] = await run(this.pools.general, nextDue, [this.pipeline.id]);
    this.#dueAt =
      row === undefined || row.in_ms === null
        ? this.clock.now() + 60_000
        : this.clock.now() + Math.max(0, row.in_ms);
  }
}
