import type { PoolClient } from 'pg';
import { failpoint } from '../common/failpoint.js';
import type { RecordState as SideRecord, WriteItem, WriteReceipt } from '../connectors/connector.js';
import { otherSide, SIDES, type Side } from '../core/clock.js';
import { CanonError } from '../core/errors.js';
import { copyIn, type CopyValue } from '../database/copy-in.js';
import type { HubPools } from '../database/pools.js';
import { insertBatch, settleBatch, type BatchRow } from '../database/sql/lane/batches.js';
import { setAllDue } from '../database/sql/lane/due.js';
import { ambiguousByRule, pairsByRule, setUnmatched } from '../database/sql/load/match.js';
import {
  acceptReport,
  analyzeLoad,
  analyzeLoaded,
  clearLoad,
  countLoad,
  forgetLinked,
  insertReport,
  moveProgress,
  nextPairs,
  readReport,
  sampleLoad,
  toCreate,
  type ReportRow,
} from '../database/sql/load/report.js';
import { run, type Statement } from '../database/sql/statement.js';
import { inTransaction } from '../database/transaction.js';
import { fetchAll } from './fetch-all.js';
import { BatchIds } from './lane/batch-ids.js';
import type { PayloadItem } from './lane/payload.js';
import { keyColumns, keyRules, matchKey, mayCreate } from './match-keys.js';
import { insertLinks, linkBothSides, linkFromOneSide, type NewLink } from './new-links.js';
import { withMappedId } from './newcomers.js';
import type { RunningPipeline } from './running-pipeline.js';

const COMPARE_PAGE = 5000;
const LOAD_PAGE = 2500;
const PAIR_PAGE = 1000;

export type PipelineState = 'new' | 'comparing' | 'report' | 'loading' | 'running' | 'halted';

export interface FoundReceipt {
  readonly batch: BatchRow;
  readonly receipt: WriteReceipt;
  readonly payload: readonly PayloadItem[];
}

const setState: Statement<Record<string, never>> = {
  name: 'load_set_state',
  text: `update pipeline set state = $2, state_detail = null, updated_at = clock_timestamp() where id = $1`,
};

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

  constructor(
    private readonly pipeline: RunningPipeline,
    private readonly pools: HubPools,
    private readonly signal: AbortSignal,
    private readonly onProgress: () => void,
  ) {}

  /** Goes as far as it can. @returns the state it stopped in: `report` waits to be accepted, `loading` is ready to catch up */
  async advance(state: PipelineState): Promise<PipelineState> {
    let at = state;
    if (at === 'new') {
      await this.#start();
      at = 'comparing';
    }
    if (at === 'comparing') {
      await this.#compare();
      at = 'report';
    }
    if (at === 'report') {
      const report = await this.#report();
      if (report.accepted_at === null) return 'report';
      await failpoint('load.accepted');
      await run(this.pools.general, setState, [this.pipeline.id, 'loading']);
      at = 'loading';
    }
    if (at === 'loading') await this.#load();
    return at;
  }

  async finish(): Promise<void> {
    await failpoint('load.loaded');
    for (const sql of analyzeLoaded) await this.pools.general.query(sql);
    for (const side of SIDES) await run(this.pools.general, forgetLinked[side], [this.pipeline.id]);
    await inTransaction(this.pools.general, async (client) => {
      await run(client, moveProgress, [this.pipeline.id, 'done', 0, null]);
      await run(client, setState, [this.pipeline.id, 'running']);
    });
    this.onProgress();
  }

  /** Capture first, then look: whatever happens while we look is reported afterwards. */
  async #start(): Promise<void> {
    const { ends, id } = this.pipeline;
    for (const side of SIDES) await ends[side].endpoint.install();
    await failpoint('load.installed');
    const cursors = { A: await ends.A.endpoint.now(), B: await ends.B.endpoint.now() };
    await failpoint('load.cursors-taken');
    await inTransaction(this.pools.general, async (client) => {
      for (const statement of clearLoad) await run(client, statement, [id]);
      for (const side of SIDES) await run(client, setCursor, [id, side, JSON.stringify(cursors[side])]);
      await run(client, setState, [id, 'comparing']);
    });
    this.onProgress();
  }

  async #compare(): Promise<void> {
    const { id, revision } = this.pipeline;
    for (const statement of clearLoad) await run(this.pools.general, statement, [id]);
    const counts = { A: await this.#collectKeys('A'), B: await this.#collectKeys('B') };
    for (const sql of analyzeLoad) await this.pools.general.query(sql);
    await inTransaction(this.pools.general, async (client) => {
      // Nothing on one side: nothing to pair.
      const rules = counts.A === 0 || counts.B === 0 ? [] : keyRules(this.pipeline);
      for (const rule of rules) {
        await run(client, pairsByRule, [id, rule.index]);
        await run(client, ambiguousByRule, [id, rule.index]);
      }
      const [found] = await run(client, countLoad, [id]);
      await failpoint('load.pairs-found');
      if (found === undefined) throw new RangeError('the comparison counted nothing');
      const onlyA = counts.A - found.linked - found.ambiguous_a;
      const onlyB = counts.B - found.linked - found.ambiguous_b;
      const samples = await run(client, sampleLoad, [id]);
      const total =
        found.linked +
        (mayCreate(this.pipeline, 'A') ? onlyA : 0) +
        (mayCreate(this.pipeline, 'B') ? onlyB : 0);
      await run(client, insertReport, [
        id,
        revision,
        found.linked,
        onlyA,
        onlyB,
        found.ambiguous_a + found.ambiguous_b,
        JSON.stringify(samples),
        total,
      ]);
      await run(client, setState, [id, 'report']);
      if (this.pipeline.spec.load?.accept === 'automatic')
        await run(client, acceptReport, [id, 'the pipeline file']);
    });
    this.onProgress();
  }

  async #collectKeys(side: Side): Promise<number> {
    let count = 0;
    const rules = keyRules(this.pipeline);
    const columns = keyColumns(this.pipeline, side);
    for await (const page of this.pipeline.ends[side].endpoint.snapshot({
      columns,
      pageSize: COMPARE_PAGE,
    })) {
      this.signal.throwIfAborted();
      const rows: CopyValue[][] = [];
      for (const state of page) {
        let any = false;
        for (const rule of rules) {
          const key = matchKey(this.pipeline, side, rule, state.values);
          if (key === null) continue;
          any = true;
          rows.push([this.pipeline.id, side, state.id, rule.index, key]);
        }
        if (!any) rows.push([this.pipeline.id, side, state.id, -1, null]);
      }
      await inTransaction(this.pools.general, (client: PoolClient) =>
        copyIn(client, 'load_record (pipeline_id, side, ext_id, rule, match_key)', rows),
      );
      count += page.length;
      await failpoint('load.keys-stored');
    }
    return count;
  }

  async #report(): Promise<ReportRow> {
    const [report] = await run(this.pools.general, readReport, [this.pipeline.id]);
    if (report === undefined) throw new RangeError(`pipeline ${this.pipeline.name} has no report`);
    return report;
  }

  async #load(): Promise<void> {
    let report = await this.#report();
    if (report.phase === 'report' || report.phase === 'pairs') {
      await this.#linkPairs(report.phase === 'pairs' ? (report.progress?.afterPair ?? '') : '');
      await run(this.pools.general, moveProgress, [this.pipeline.id, 'create-b', 0, null]);
    }
    for (const [phase, from, next] of [
      ['create-b', 'A', 'create-a'],
      ['create-a', 'B', 'catch-up'],
    ] as const) {
      report = await this.#report();
      if (report.phase !== phase) continue;
      const some = from === 'A' ? report.only_a > 0 : report.only_b > 0;
      if (some && mayCreate(this.pipeline, from))
        await this.#createMissing(from, phase, report.progress?.after);
      await run(this.pools.general, moveProgress, [this.pipeline.id, next, 0, null]);
    }
    this.onProgress();
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
      const links = pairs.flatMap((pair) => {
        const stateA = a.get(pair.a_id);
        const stateB = b.get(pair.b_id);
        return stateA === undefined || stateB === undefined
          ? []
          : [linkBothSides(this.pipeline, stateA, stateB)];
      });
      await inTransaction(this.pools.lane, async (client) => {
        await insertLinks(client, this.pipeline, links, () => null);
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
  async #createMissing(from: Side, phase: string, start: string | undefined): Promise<void> {
    const { endpoint } = this.pipeline.ends[from];
    const to = otherSide(from);
    const pageSize = Math.min(LOAD_PAGE, this.pipeline.ends[to].endpoint.capabilities.batch.write);
    const columns = endpoint.options.columns;
    let storing: Promise<Planned | null> = Promise.resolve(null);
    let writing: Promise<void> = Promise.resolve();
    const moveOn = async (): Promise<void> => {
      const planned = await storing;
      await writing;
      writing = planned === null ? Promise.resolve() : this.#write(to, planned);
      // A failure is thrown where it is awaited, one page later; until then it must not count as unhandled.
      writing.catch(() => undefined);
    };
    for await (const page of endpoint.snapshot({
      columns,
      pageSize,
      ...(start !== undefined && { after: start }),
    })) {
      this.signal.throwIfAborted();
      const last = page[page.length - 1];
      if (last === undefined) continue;
      const ids = page.map((state) => state.id);
      const wanted = new Set(
        (await run(this.pools.lane, toCreate[from], [this.pipeline.id, ids])).map((row) => row.ext_id),
      );
      const states = page.filter((state) => wanted.has(state.id));
      const { links, refused } = await this.#drafts(from, states);
      await moveOn();
      storing = this.#store(from, phase, last.id, links, refused);
      storing.catch(() => undefined);
      this.onProgress();
    }
    await moveOn();
    await writing;
  }

  async #drafts(
    from: Side,
    states: readonly SideRecord[],
  ): Promise<{ links: NewLink[]; refused: { id: string; detail: string }[] }> {
    const target = this.pipeline.ends[otherSide(from)].endpoint;
    const allocated = states.length === 0 ? [] : await target.allocateIds(states.length);
    await failpoint('load.ids-allocated');
    const links: NewLink[] = [];
    const refused: { id: string; detail: string }[] = [];
    for (const [i, state] of states.entries()) {
      try {
        const link = linkFromOneSide(this.pipeline, from, state, allocated?.[i] ?? '');
        links.push(allocated === null ? withMappedId(target.schema.key, link) : link);
      } catch (error) {
        if (!(error instanceof CanonError)) throw error;
        refused.push({ id: state.id, detail: error.message });
      }
    }
    return { links, refused };
  }

  async #store(
    from: Side,
    phase: string,
    after: string,
    links: readonly NewLink[],
    refused: readonly { id: string; detail: string }[],
  ): Promise<Planned | null> {
    const side = otherSide(from);
    await this.#ids.ensure(this.pools.general, 1);
    return inTransaction(this.pools.lane, async (client) => {
      await run(client, moveProgress, [this.pipeline.id, phase, links.length, JSON.stringify({ after })]);
      if (refused.length > 0) {
        await run(client, setUnmatched, [
          this.pipeline.id,
          from,
          refused.map((r) => r.id),
          refused.map(() => 'not-created'),
          refused.map((r) => r.detail),
        ]);
      }
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
      const linkIds = await insertLinks(client, this.pipeline, links, () => row.id);
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

interface Planned {
  readonly row: BatchRow;
  readonly payload: readonly PayloadItem[];
  readonly items: readonly WriteItem[];
}
