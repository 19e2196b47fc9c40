import type { PoolClient } from 'pg';
import type { Clock } from '../common/clock.js';
import { messageOf } from '../common/errors.js';
import { failpoint } from '../common/failpoint.js';
import type { RecordState as SideRecord, WriteItem, WriteReceipt } from '../connectors/connector.js';
import { otherSide, SIDES, type Side } from '../core/clock.js';
import { CanonError } from '../core/errors.js';
import { takesPart } from '../core/archive.js';
import { tendLoadedTables } from '../database/loaded-tables.js';
import type { HubPools } from '../database/pools.js';
import { insertBatch, settleBatch, type BatchRow } from '../database/sql/lane/batches.js';
import { setAllDue } from '../database/sql/lane/due.js';
import { deleteLoadRecords, setUnmatched } from '../database/sql/load/match.js';
import {
  clearLoad,
  forgetLinked,
  moveProgress,
  nextPairs,
  readReport,
  setLoadState,
  toCreate,
  type ReportRow,
} from '../database/sql/load/report.js';
import { run, type Statement } from '../database/sql/statement.js';
import { inTransaction } from '../database/transaction.js';
import { fetchAll } from './fetch-all.js';
import { BatchIds } from './lane/batch-ids.js';
import type { PayloadItem } from './lane/payload.js';
import { compareSides } from './compare-sides.js';
import { mayCreate } from './match-keys.js';
import { LoadPace } from './load-pace.js';
import { storeKeys } from './matching/stored-keys.js';
import { insertLinks, linkFromOneSide, type NewLink } from './new-links.js';
import { inOurTransaction, type AssertOurs } from './our-transaction.js';
import { pairUp, storeHalves } from './pairing.js';
import { boundToRecords } from './references/crosswalk.js';
import { storeWaiting, type WaitingNewcomer } from './references/new-references.js';
import { parentsLoaded } from './references/parents-first.js';
import { WaitsForRecord } from './references/waits-for-record.js';
import { withMappedId } from './mapped-id.js';
import type { PipelineState } from '../common/pipeline-state.js';
import type { RunningPipeline } from './running-pipeline.js';

const LOAD_PAGE = 2500;
const PAIR_PAGE = 1000;

export interface FoundReceipt {
  readonly batch: BatchRow;
  readonly receipt: WriteReceipt;
  readonly payload: readonly PayloadItem[];
}

const setCursor: Statement<Record<string, never>> = {
  name: 'load_set_cursor',
  text: `update side_state set cursor = $3, version = version + 1, read_at = clock_timestamp() where pipeline_id = $1 and side = $2`,
};

/**
 * The first load: compare by key, report, and only once the report is accepted link what matches and create what is missing, each create
 * stored before it is written. Every step is committed with its progress, so that it goes on where it was cut off.
 */
export class FirstLoad {
  readonly #ids = new BatchIds();
  /** Receipts with exceptions, for the lane to work in. */
  readonly receipts: FoundReceipt[] = [];
  readonly #pace: LoadPace;

  constructor(
    private readonly pipeline: RunningPipeline,
    private readonly pools: HubPools,
    private readonly assertOurs: AssertOurs,
    private readonly clock: Clock,
    private readonly signal: AbortSignal,
    private readonly onProgress: () => void,
  ) {
    this.#pace = new LoadPace(pipeline, pools, clock, signal);
  }

  /** Goes as far as it can. @returns the state it stopped in: `report` waits to be accepted, `loading` is ready to catch up */
  async advance(state: PipelineState): Promise<PipelineState> {
    let at = state;
    if (at === 'new') {
      await this.#start();
      at = 'comparing';
    }
    if (at === 'comparing') {
      await compareSides(this.pipeline, this.pools, this.assertOurs, this.signal);
      this.onProgress();
      at = 'report';
    }
    if (at === 'report') {
      const report = await this.#report();
      if (report.accepted_at === null) return 'report';
      await failpoint('load.accepted');
      await this.#ours(async (client) => {
        await run(client, setLoadState, [this.pipeline.id, 'loading']);
      });
      at = 'loading';
    }
    if (at === 'loading') await this.#load();
    return at;
  }

  async finish(): Promise<void> {
    await failpoint('load.loaded');
    await tendLoadedTables(this.pools.general, this.clock.date());
    await this.#ours(async (client) => {
      for (const side of SIDES) await run(client, forgetLinked[side], [this.pipeline.id]);
      await run(client, moveProgress, [this.pipeline.id, 'done', 0, null]);
      await run(client, setLoadState, [this.pipeline.id, 'running']);
    });
    this.onProgress();
  }

  /** Capture first, then look: whatever happens while we look is reported afterwards. */
  async #start(): Promise<void> {
    const { ends, id } = this.pipeline;
    for (const side of SIDES) await ends[side].install();
    await failpoint('load.installed');
    const cursors = { A: await ends.A.endpoint.now(), B: await ends.B.endpoint.now() };
    await failpoint('load.cursors-taken');
    await this.#ours(async (client) => {
      for (const statement of clearLoad) await run(client, statement, [id]);
      for (const side of SIDES) await run(client, setCursor, [id, side, JSON.stringify(cursors[side])]);
      await run(client, setLoadState, [id, 'comparing']);
    });
    this.onProgress();
  }

  async #report(): Promise<ReportRow> {
    const [report] = await run(this.pools.general, readReport, [this.pipeline.id]);
    if (report === undefined) throw new RangeError(`pipeline ${this.pipeline.name} has no report`);
    return report;
  }

  async #load(): Promise<void> {
    await parentsLoaded(this.pipeline, this.pools.general, this.signal);
    let report = await this.#report();
    if (report.phase === 'report' || report.phase === 'pairs') {
      await this.#linkPairs(report.phase === 'pairs' ? (report.progress?.afterPair ?? '') : '');
      await this.#moveTo('create-b');
    }
    for (const [phase, from, next] of [
      ['create-b', 'A', 'create-a'],
      ['create-a', 'B', 'catch-up'],
    ] as const) {
      report = await this.#report();
      if (report.phase !== phase) continue;
      const some = from === 'A' ? report.only_a > 0 : report.only_b > 0;
      if (some && mayCreate(this.pipeline, from))
        await this.#createMissing(from, phase, report.progress?.after, hadNothing(report, otherSide(from)));
      await this.#moveTo(next);
    }
    this.onProgress();
  }

  #ours(work: (client: PoolClient) => Promise<void>): Promise<void> {
    return inOurTransaction(this.pools.general, this.assertOurs, work);
  }

  #moveTo(phase: string): Promise<void> {
    return this.#ours(async (client) => {
      await run(client, moveProgress, [this.pipeline.id, phase, 0, null]);
    });
  }

  async #linkPairs(start: string): Promise<void> {
    const { A, B } = this.pipeline.ends;
    let after = start;
    for (;;) {
      this.signal.throwIfAborted();
      const pairs = await run(this.pools.general, nextPairs, [this.pipeline.id, after, PAIR_PAGE]);
      const last = pairs[pairs.length - 1];
      if (last === undefined) return;
      const [a, b] = await Promise.all([
        fetchAll(
          A.endpoint,
          pairs.map((p) => p.a_id),
        ),
        fetchAll(
          B.endpoint,
          pairs.map((p) => p.b_id),
        ),
      ]);
      const ids = pairs.map((p) => ({ A: p.a_id, B: p.b_id }));
      const states = { A: a.values(), B: b.values() };
      const pipeline = await boundToRecords(this.pools.general, this.pipeline, states);
      const paired = pairUp(pipeline, ids, { A: a, B: b });
      await inOurTransaction(this.pools.lane, this.assertOurs, async (client) => {
        await insertLinks(client, this.pipeline, paired.links, () => null, this.clock.now());
        await storeHalves(client, this.pipeline, paired);
        await failpoint('load.pairs-linked');
        await run(client, moveProgress, [
          this.pipeline.id,
          'pairs',
          pairs.length,
          JSON.stringify({ afterPair: last.a_id }),
        ]);
      });
      after = last.a_id;
      this.onProgress();
    }
  }

  /**
   * The records of one side that have no counterpart, created on the other. Three pages are under way at a time: one is read and
   * mapped, the one before is stored, the one before that is written.
   */
  async #createMissing(
    from: Side,
    phase: string,
    start: string | undefined,
    everything: boolean,
  ): Promise<void> {
    const { columns } = this.pipeline.ends[from].endpoint.options;
    const to = otherSide(from);
    const most = Math.min(LOAD_PAGE, this.pipeline.ends[to].endpoint.capabilities.batch.write);
    let storing: Promise<Planned | null> = Promise.resolve(null);
    let writing: Promise<void> = Promise.resolve();
    const moveOn = async (): Promise<void> => {
      const planned = await storing;
      await writing;
      writing = planned === null ? Promise.resolve() : this.#write(to, planned);
      // A failure is thrown where it is awaited, one page later; until then it must not count as unhandled.
      writing.catch(() => undefined);
    };
    for await (const page of this.#pages(from, columns, most, start)) {
      this.signal.throwIfAborted();
      const last = page[page.length - 1];
      if (last === undefined) continue;
      const inScope = page.filter(({ values }) => takesPart(this.pipeline.plan, from, values));
      const states = everything ? inScope : await this.#wanted(from, inScope);
      const mapped = await this.#drafts(from, states);
      await moveOn();
      storing = this.#store(from, phase, last.id, mapped, everything);
      storing.catch(() => undefined);
      this.onProgress();
    }
    await moveOn();
    await writing;
  }

  /** The records of a side, as many at a time as may be made on the other; begun anew behind the last when that changes. */
  async *#pages(
    from: Side,
    columns: readonly string[],
    most: number,
    start: string | undefined,
  ): AsyncGenerator<readonly SideRecord[]> {
    const to = otherSide(from);
    let after = start;
    for (let ended = false; !ended;) {
      const pageSize = await this.#pace.most(to, most);
      ended = true;
      const options = { columns, pageSize, ...(after !== undefined && { after }) };
      for await (const page of this.pipeline.ends[from].endpoint.snapshot(options)) {
        yield page;
        after = page[page.length - 1]?.id ?? after;
        ended = (await this.#pace.most(to, most)) === pageSize;
        if (!ended) break;
      }
    }
  }

  /** Those without a counterpart, of the records that the comparison has seen. */
  async #wanted(from: Side, page: readonly SideRecord[]): Promise<readonly SideRecord[]> {
    const ids = page.map((state) => state.id);
    const rows = await run(this.pools.lane, toCreate[from], [this.pipeline.id, ids]);
    const wanted = new Set(rows.map((row) => row.ext_id));
    return page.filter((state) => wanted.has(state.id));
  }

  async #drafts(from: Side, states: readonly SideRecord[]): Promise<Mapped> {
    const target = this.pipeline.ends[otherSide(from)].endpoint;
    const allocated = states.length === 0 ? [] : await target.allocateIds(states.length);
    await failpoint('load.ids-allocated');
    const links: NewLink[] = [];
    const refused: Refused[] = [];
    const waiting: WaitingNewcomer[] = [];
    const pipeline = await boundToRecords(this.pools.general, this.pipeline, { [from]: states });
    for (const [i, state] of states.entries()) {
      try {
        const link = linkFromOneSide(pipeline, from, state, allocated?.[i] ?? '');
        links.push(allocated === null ? withMappedId(target.schema.key, link) : link);
      } catch (error) {
        if (error instanceof WaitsForRecord) waiting.push({ side: from, id: state.id, reason: error });
        else if (!(error instanceof CanonError)) throw error;
        refused.push({ state, detail: messageOf(error) });
      }
    }
    return { links, refused, waiting };
  }

  async #store(
    from: Side,
    phase: string,
    after: string,
    { links, refused, waiting }: Mapped,
    everything: boolean,
  ): Promise<Planned | null> {
    const side = otherSide(from);
    await this.#ids.ensure(this.pools.general, 1);
    return inOurTransaction(this.pools.lane, this.assertOurs, async (client) => {
      await run(client, moveProgress, [this.pipeline.id, phase, links.length, JSON.stringify({ after })]);
      if (refused.length > 0) {
        await run(client, setUnmatched, [
          this.pipeline.id,
          from,
          refused.map(({ state }) => state.id),
          refused.map(() => 'not-created'),
          refused.map((r) => r.detail),
        ]);
        if (everything) {
          const states = refused.map(({ state }) => state);
          await run(client, deleteLoadRecords, [this.pipeline.id, from, states.map(({ id }) => id)]);
          await storeKeys(client, this.pipeline, from, states);
        }
      }
      await storeWaiting(client, this.pipeline, waiting);
      if (links.length === 0) return null;
      const row: BatchRow = {
        id: this.#ids.take(),
        side,
        kind: 'create',
        state: 'sent',
        position: null,
        mark: null,
        settled_ms: null,
      };
      const linkIds = await insertLinks(client, this.pipeline, links, () => row.id, this.clock.now());
      await failpoint('load.links-inserted');
      const payload = linkIds.map((l): PayloadItem => ({ l, u: {} }));
      await run(client, insertBatch, [
        row.id,
        this.pipeline.id,
        side,
        'create',
        links.length,
        JSON.stringify(payload),
      ]);
      return { row, payload, items: links.map((link) => link.create?.item as WriteItem) };
    });
  }

  async #write(side: Side, { row, payload, items }: Planned): Promise<void> {
    const { endpoint } = this.pipeline.ends[side];
    await failpoint('load.stored');
    await this.#pace.take(side, items.length);
    let receipt: WriteReceipt = await endpoint.write({ id: String(row.id), items });
    await failpoint('load.written');
    if (receipt.status === 'unknown') receipt = await endpoint.settle(String(row.id));
    if (receipt.status === 'committed' && receipt.exceptions.length === 0) {
      await run(this.pools.lane, settleBatch, [row.id, 'acked', receipt.position, receipt.mark, null, null]);
      await failpoint('load.settled');
      return;
    }
    if (receipt.status === 'dead') {
      await inTransaction(this.pools.lane, async (client) => {
        await run(client, settleBatch, [
          row.id,
          'dead',
          null,
          null,
          null,
          receipt.status === 'dead' ? receipt.reason : null,
        ]);
        await run(client, setAllDue, [this.pipeline.id, payload.map((item) => item.l), 'write failed']);
      });
      return;
    }
    // Unknown still, or with exceptions: the lane settles it and works them in.
    if (receipt.status === 'committed') this.receipts.push({ batch: row, receipt, payload });
  }
}

/** The comparison found nothing at all on this side: whatever the other one has is to be created. */
function hadNothing(report: ReportRow, side: Side): boolean {
  return (
    report.linked === 0 && report.ambiguous === 0 && (side === 'A' ? report.only_a : report.only_b) === 0
  );
}

interface Refused {
  readonly state: SideRecord;
  readonly detail: string;
}

interface Mapped {
  readonly links: readonly NewLink[];
  /** Records that the other side could not hold. */
  readonly refused: readonly Refused[];
  /** Those of them that can be made once another record is there. */
  readonly waiting: readonly WaitingNewcomer[];
}

interface Planned {
  readonly row: BatchRow;
  readonly payload: readonly PayloadItem[];
  readonly items: readonly WriteItem[];
}
