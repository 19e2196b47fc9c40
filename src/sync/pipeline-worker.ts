import type { Clock } from '../common/clock.js';
import { failpoint } from '../common/failpoint.js';
import type { ChangePage, Cursor } from '../connectors/connector.js';
import { SIDES, type Side } from '../core/clock.js';
import type { HubPools } from '../database/pools.js';
import { unsettledBatches } from '../database/sql/lane/batches.js';
import { run } from '../database/sql/statement.js';
import { FlapMemory } from './flap-memory.js';
import { BatchIds } from './lane/batch-ids.js';
import { BatchLog } from './lane/batch-log.js';
import { lostRace } from './lane/persist.js';
import { NOTHING_ELSE, type Committed, type Intake, type ReadBack } from './lane/intake.js';
import { LaneTransaction, type Worked } from './lane/transaction.js';
import { Lookahead } from './lookahead.js';
import { advance, Capture, continues, matters } from './capture.js';
import { DueClock } from './due-clock.js';
import { Delivery, isPlain, type Settled } from './delivery.js';
import { Arrivals } from './arrivals.js';
import { Newcomers } from './newcomers.js';
import { inOurTransaction, type AssertOurs } from './our-transaction.js';
import { ReadBacks } from './read-backs.js';
import type { RunningPipeline } from './running-pipeline.js';
import { SideRuntime } from './side-runtime.js';
import { WORKER_DEFAULTS, type WorkerOptions } from './worker-options.js';
import { WritesUnderWay } from './writes-under-way.js';

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
  readonly #readBacks: ReadBacks;
  readonly #writes: WritesUnderWay;
  readonly #delivery: Delivery;
  readonly #reader: Capture;
  readonly #due: DueClock;
  readonly #lookahead: Lookahead;
  /** The next page of a side belongs to a batch of changes that was frozen before the writes under way. */
  #frozen: Record<Side, boolean> = { A: false, B: false };
  readonly #arrivals: Arrivals;
  /** Sides that a round of the absence sweep was asked for since it looked. */
  readonly readThrough = new Set<Side>();

  constructor(
    readonly pipeline: RunningPipeline,
    private readonly pools: HubPools,
    private readonly clock: Clock,
    readonly assertOurs: AssertOurs,
    private readonly options: WorkerOptions = WORKER_DEFAULTS,
  ) {
    this.#readBacks = new ReadBacks(pipeline, this.#log);
    this.#lane = new LaneTransaction(pipeline, this.#log, this.#ids, new FlapMemory(), this.#solo);
    this.#delivery = new Delivery(pipeline, clock);
    this.#writes = new WritesUnderWay(pipeline, this.#delivery, this.#log, pools.general, clock);
    this.#due = new DueClock(pipeline.id, pools.general, clock);
    this.#reader = new Capture(pipeline, clock, options.pageSize);
    this.#lookahead = new Lookahead(this.#lane, pools.lane, {
      read: (side, cursor) => this.#captureSide(side, cursor),
      intake: (pages, cursors) => this.#intakeAhead(pages, cursors),
    });
    this.#arrivals = new Arrivals(new Newcomers(pipeline, pools, assertOurs, this.#ids, clock), {
      writable: (side) => this.#writable(side, clock.now()),
      mayBeUnread: (side) => this.#reader.mayBeUnread(this.#sides[side]),
      deliver: (outgoing) => this.#writes.deliver(outgoing, this.#sides),
      compare: async (side, states, readStart) => {
        const page = {
          kind: 'states',
          states,
          readStart,
          readEnd: clock.now(),
          more: false,
          gap: null,
        } as const;
        await this.compare(side, { ...page, cursor: this.#sides[side].cursor }, NOTHING);
      },
      refused: (side, error) => this.#sides[side].writeFailed(error, clock.now()),
    });
  }

  /** Reads where things stand. To be called before the first cycle and after the database or the lease was lost. */
  async load(): Promise<void> {
    await this.#lookahead.take();
    await this.#writes.arrive();
    this.#log.clear();
    this.#writes.receipts = [];
    this.#readBacks.clear();
    this.#frozen = { A: false, B: false };
    this.#sides = await SideRuntime.load(this.pools.general, this.pipeline.id);
    this.#writes.unsettled = await run(this.pools.general, unsettledBatches, [this.pipeline.id]);
    await this.#due.wake();
  }

  get sides(): Readonly<Record<Side, SideRuntime>> {
    return this.#sides;
  }

  /** Receipts that the first load left for the lane. */
  adopt(receipts: readonly Settled[]): void {
    this.#writes.receipts.push(...receipts);
    const known = new Set(receipts.map(({ batch }) => batch.id));
    this.#writes.unsettled = this.#writes.unsettled.filter((batch) => !known.has(batch.id));
  }

  /** Pauses and resumes that people asked for; whatever else may be due is looked up again. */
  async refreshPauses(paused: Readonly<Record<Side, boolean>>): Promise<void> {
    for (const side of SIDES) {
      const resumed = this.#sides[side].paused && !paused[side];
      this.#sides[side].paused = paused[side];
      if (resumed) await this.#due.wake([side]);
    }
    await this.#due.schedule();
    await this.#arrivals.lookForOrders();
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
    await this.observe({ A: null, B: null, [side]: page }, since, anew);
  }

  /**
   * After a side was compared as a whole: reads its log from the cursor that was taken before, to its end, which is answered (`null`: the
   * side cannot be read now, compare it anew). What is stored still says that the side has to be compared. @throws GapFound
   */
  async catchUp(side: Side, from: Cursor): Promise<Cursor | null> {
    for (let at = from; ;) {
      const page = (await this.readable(side)) ? await this.#captureSide(side, at) : null;
      if (page === null) return null;
      // Whoever is cut off here compares again: only then is nothing told twice, and nothing left out.
      const here = { ...page, cursor: this.#sides[side].cursor } as ChangePage;
      await this.takeIn({ A: null, B: null, [side]: here }, { catchingUp: side });
      at = page.cursor;
      if (!page.more) return at;
    }
  }

  /**
   * Folds states of either side that were read outside of capture, in one transaction: what both say at once is an agreement. `since` as
   * for `compare`.
   */
  async observe(
    pages: Readonly<Record<Side, Extract<ChangePage, { kind: 'states' }> | null>>,
    since: number | null,
    anew: ReadonlySet<string> = NOTHING,
  ): Promise<void> {
    const at = (side: Side): Intake['cursors']['A'] => ({ ...this.#sides[side].place, readAt: since });
    await this.takeIn({ ...pages }, { anew, cursors: { A: at('A'), B: at('B') } });
  }

  /** What would be read next on a side; nothing of it is taken in. @throws GapFound */
  peek(side: Side): Promise<ChangePage | null> {
    return this.#captureSide(side);
  }

  /** Writes that have arrived and are not stored as arrived yet: those that were applied just as they were sent. */
  get plainReceipts(): readonly Settled[] {
    return this.#writes.receipts.filter(isPlain);
  }

  /** Records that were read for and are not on the side any more. */
  async lose(side: Side, linkIds: readonly number[]): Promise<void> {
    await this.takeIn({ A: null, B: null }, { absent: { side, linkIds } });
  }

  /** Lets our writes arrive. @returns whether the side can be read now, and what it shows is not a write of ours of unknown end */
  async readable(side: Side): Promise<boolean> {
    await this.#writes.arrive();
    if (this.#writes.unknownOn(side) && (await this.#writes.settleUnknown(this.#sides))) this.#due.ring();
    return this.#sides[side].available(this.clock.now()) && !this.#writes.unknownOn(side);
  }

  /** A transaction of its own beside capture, and the writes it planned. */
  async takeIn(pages: Record<Side, ChangePage | null>, beside: Partial<Intake>): Promise<void> {
    await this.#lookahead.take();
    await this.#writes.arrive();
    const committed = await this.#transact(pages, new Map(), [], beside);
    for (const s of SIDES) this.#sides[s].version = committed.versions[s];
    this.#arrivals.waiting ||= committed.waiting;
    await this.#writes.deliver(committed.outgoing, this.#sides);
  }

  /**
   * Whether a cycle would find anything: news on a side, something due, or the receipts of the last writes. Cheap, for a quiet pipeline
   * that is asked twenty times a second.
   */
  async hasWork(): Promise<boolean> {
    const now = this.clock.now();
    if (
      (this.#arrivals.waiting && SIDES.every((side) => this.#writable(side, now))) ||
      this.#writes.receipts.length > 0 ||
      this.#writes.some ||
      this.#due.isDue(now) ||
      this.#writes.unsettled.some((b) => this.#sides[b.side].available(now))
    )
      return true;
    if (SIDES.some((side) => this.#sides[side].awaitsReopening(now))) return true;
    const news = await Promise.all(SIDES.map((side) => this.#reader.hasNews(this.#sides[side])));
    return news.includes(true);
  }

  /** One round. @returns true when there may be more to do at once */
  async cycle(): Promise<boolean> {
    const ahead = await this.#lookahead.take();
    if (ahead !== null && this.#stillHolds(ahead)) return await this.#storeAhead(ahead);
    if (!this.#writes.mayOverlap(this.#frozen)) await this.#writes.arrive();
    if (await this.#writes.settleUnknown(this.#sides)) this.#due.ring();
    const now = this.clock.now();
    await this.#due.wake(SIDES.filter((side) => this.#sides[side].reopened(now)));
    const pages = await this.#capture();
    await failpoint('worker.captured');
    const due = await this.#due.read(now, this.options.dueSize);
    const readBacks = this.#readBacks.covered(pages);
    const worthwhile =
      this.#arrivals.waiting ||
      SIDES.some((side) => matters(pages[side], this.#sides[side], now)) ||
      due.size > 0 ||
      readBacks.length > 0 ||
      this.#writes.receipts.length > 0;
    if (!worthwhile) {
      for (const side of SIDES) advance(this.#sides[side], pages[side], this.clock.now());
      await this.#due.schedule();
      return this.#writes.some;
    }
    const committed = await this.#transact(pages, due, readBacks);
    return (await this.#committed(pages, committed, readBacks)) || due.size === this.options.dueSize;
  }

  /** Goes on from a transaction that stands: cursors move, its writes go out. @returns true when there may be more to do at once */
  async #committed(
    pages: Readonly<Record<Side, ChangePage | null>>,
    committed: Committed,
    readBacks: readonly ReadBack[],
  ): Promise<boolean> {
    await failpoint('worker.committed');
    for (const side of SIDES) {
      this.#sides[side].version = committed.versions[side];
      advance(this.#sides[side], pages[side], this.clock.now());
    }
    this.#readBacks.move(readBacks, committed.missed);
    await this.#writes.arrive();
    this.#writes.send(committed.outgoing, this.#sides);
    this.#frozen = { A: continues(pages.A), B: continues(pages.B) };
    const arrived = committed.waiting || this.#arrivals.waiting ? await this.#arrivals.settle() : false;
    await this.#due.schedule();
    const more = SIDES.some((side) => pages[side]?.more === true);
    return more || arrived || committed.again || committed.outgoing.length > 0 || this.#readBacks.some;
  }

  async #capture(): Promise<Record<Side, ChangePage | null>> {
    const [A, B] = await Promise.all(SIDES.map((side) => this.#captureSide(side)));
    return { A: A ?? null, B: B ?? null };
  }

  async #captureSide(side: Side, cursor = this.#sides[side].cursor): Promise<ChangePage | null> {
    // A side with a write of unknown end is not read: what it shows cannot be told from that write.
    if (this.#writes.unknownOn(side)) return null;
    const { page, recovered } = await this.#reader.page(this.#sides[side], cursor);
    if (recovered) await this.#due.wake([side]);
    return page;
  }

  async #transact(
    pages: Record<Side, ChangePage | null>,
    due: ReadonlyMap<number, string>,
    readBacks: readonly ReadBack[],
    beside: Partial<Intake> = {},
  ): Promise<Committed> {
    const receipts = [...this.#writes.receipts];
    const intake = await this.#intake(pages, { due, receipts, readBacks, ...beside });
    let begun = false;
    for (let attempt = 1; ; attempt++) {
      try {
        const committed = await inOurTransaction(this.pools.lane, this.assertOurs, (client) =>
          this.#lane.run(client, intake, (worked) => {
            if (!begun && due.size === 0 && readBacks.length === 0) this.#lookahead.begin(worked);
            begun = true;
          }),
        );
        this.#writes.receipts = this.#writes.receipts.slice(receipts.length);
        return committed;
      } catch (error) {
        // What was worked out on top of this does not hold.
        await this.#lookahead.take();
        this.#log.clear();
        if (!lostRace(error) || attempt >= 20) throw error;
        await this.#ids.ensure(this.pools.general, 6);
      }
    }
  }

  async #intake(pages: Intake['pages'], more: Partial<Intake>): Promise<Intake> {
    await this.#ids.ensure(this.pools.general, 6);
    const now = this.clock.now();
    return {
      pages,
      cursors: { A: this.#sides.A.place, B: this.#sides.B.place },
      ...NOTHING_ELSE,
      writable: { A: this.#writable('A', now), B: this.#writable('B', now) },
      budget: { A: this.#delivery.budget('A', now), B: this.#delivery.budget('B', now) },
      canaryLost: await this.#reader.canaries.lost(pages),
      now,
      ...more,
    };
  }

  /** For a transaction that is worked out while another is stored: only where nothing but its pages is to be taken in. */
  async #intakeAhead(
    pages: Intake['pages'],
    cursors: Readonly<Record<Side, Cursor | null>>,
  ): Promise<Intake | null> {
    const now = this.clock.now();
    if (this.#due.isDue(now) || this.#readBacks.some || this.#arrivals.waiting || this.#solo.size > 0)
      return null;
    const intake = await this.#intake(pages, {});
    const limited = SIDES.some((side) => intake.budget[side] < this.pipeline.ends[side].batchSize);
    if (limited) return null;
    const at = (side: Side): Intake['cursors']['A'] => ({ ...intake.cursors[side], cursor: cursors[side] });
    return { ...intake, cursors: { A: at('A'), B: at('B') } };
  }

  /** Nothing has come in between that it does not know of. */
  #stillHolds({ intake }: Worked): boolean {
    const now = this.clock.now();
    return (
      !this.#due.isDue(now) &&
      !this.#readBacks.some &&
      !this.#arrivals.waiting &&
      this.#writes.unsettled.length === 0 &&
      this.#writes.receipts.every(isPlain) &&
      SIDES.every(
        (side) =>
          intake.writable[side] === this.#writable(side, now) &&
          intake.cursors[side].cursor === this.#sides[side].cursor,
      )
    );
  }

  async #storeAhead(ahead: Worked): Promise<boolean> {
    const { pages } = ahead.intake;
    const receipts = [...this.#writes.receipts];
    const cursors = { A: this.#sides.A.place, B: this.#sides.B.place };
    const worked = { ...ahead, intake: { ...ahead.intake, cursors } };
    try {
      const committed = await inOurTransaction(this.pools.lane, this.assertOurs, (client) =>
        this.#lane.storeWorked(client, worked, receipts, (storing) => {
          this.#lookahead.begin(storing);
        }),
      );
      this.#writes.receipts = this.#writes.receipts.slice(receipts.length);
      return await this.#committed(pages, committed, []);
    } catch (error) {
      await this.#lookahead.take();
      this.#log.clear();
      if (!lostRace(error)) throw error;
      return true;
    }
  }

  #writable(side: Side, now: number): boolean {
    const runtime = this.#sides[side];
    return (
      !runtime.paused &&
      runtime.available(now) &&
      !runtime.failing &&
      runtime.writable(now) &&
      !this.#writes.unknownOn(side)
    );
  }

  /** Lets the writes under way come to their end, whose receipts the next start settles. */
  async finish(): Promise<void> {
    await this.#lookahead.take();
    await this.#writes.arrive();
  }
}
