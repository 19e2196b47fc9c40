import type { PoolClient } from 'pg';
import type { Clock } from '../common/clock.js';
import { failpoint } from '../common/failpoint.js';
import type { RecordState, WriteItem } from '../connectors/connector.js';
import { otherSide, SIDES, type Side } from '../core/clock.js';
import { CanonError } from '../core/errors.js';
import type { HubPools } from '../database/pools.js';
import { insertBatch, type BatchRow } from '../database/sql/lane/batches.js';
import { readWaiting, setUnmatched } from '../database/sql/load/match.js';
import { forgetSettled, stayingIds } from '../database/sql/matching/orders.js';
import { run } from '../database/sql/statement.js';
import { fetchAll } from './fetch-all.js';
import type { BatchIds } from './lane/batch-ids.js';
import type { Outgoing } from './lane/intake.js';
import { mayCreate } from './match-keys.js';
import {
  forgetRecords,
  stillMissing,
  withdrawRecords,
  type PlannedLink as Link,
} from './matching/housekeeping.js';
import { withMappedId } from './mapped-id.js';
import { ask } from './matching/ask.js';
import { tellEnded } from './matching/ended-orders.js';
import { Judge, type Judgement, type Newcomer } from './matching/judge.js';
import { Meeting } from './matching/meeting.js';
import { carryOut, Orders, standing, stillThere, type PlannedOrders } from './matching/orders.js';
import { readQuestions } from './matching/questions.js';
import { insertLinks, linkFromOneSide, type NewLink } from './new-links.js';
import { inOurTransaction, type AssertOurs } from './our-transaction.js';
import { pairUp, storeHalves, type Paired } from './pairing.js';
import type { RunningPipeline } from './running-pipeline.js';
import { boundToRecords } from './references/crosswalk.js';
import { storeWaiting, type WaitingNewcomer } from './references/new-references.js';
import { WaitsForRecord } from './references/waits-for-record.js';
import { preparing } from './write-refused.js';

const LIMIT = 500;

export interface Arrived {
  readonly outgoing: readonly Outgoing[];
  readonly linkIds: readonly number[];
  /** There may be more waiting. */
  readonly more: boolean;
  /** Some go on waiting for a side that cannot be written now. */
  readonly held: boolean;
  /** Records that waited and are linked: they have taken the place of others in their links. What was read of them, and when. */
  readonly moved: Readonly<Record<Side, Moved>>;
  readonly readStart: number;
}

export interface Moved {
  readonly ids: readonly string[];
  readonly states: readonly RecordState[];
}

/**
 * Records that appeared on a side after the first load: linked to their counterpart when a rule finds exactly one, made on the other
 * side when nothing matches, and otherwise shown as unmatched. What is decided is stored before anything is written outside.
 */
export class Newcomers {
  readonly #orders: Orders;
  readonly #meeting: Meeting;
  /** Newcomers that the other side was read for once more. */
  readonly #seen = new Set<string>();

  constructor(
    private readonly pipeline: RunningPipeline,
    private readonly pools: HubPools,
    private readonly assertOurs: AssertOurs,
    private readonly ids: BatchIds,
    private readonly clock: Clock,
  ) {
    this.#orders = new Orders(pipeline, pools);
    this.#meeting = new Meeting(pipeline, pools, assertOurs);
  }

  /** True when people have ordered something that is due. Cheap. */
  ordered(): Promise<boolean> {
    return this.#orders.waiting();
  }

  /** @param unread whether a side may show something that was not read yet */
  async settle(
    writable: Readonly<Record<Side, boolean>>,
    unread: (side: Side) => Promise<boolean>,
  ): Promise<Arrived> {
    const readStart = this.clock.now();
    const moved: Record<Side, Moved> = { A: NOBODY, B: NOBODY };
    const planned = await this.#orders.plan(writable);
    let { held } = planned;
    const arrivals: Newcomer[] = [];
    const waits = {
      A: await run(this.pools.general, readWaiting, [this.pipeline.id, 'A', LIMIT]),
      B: await run(this.pools.general, readWaiting, [this.pipeline.id, 'B', LIMIT]),
    };
    const crowded = SIDES.some((side) => waits[side].length === LIMIT);
    if (crowded && (await this.#meeting.ahead(LIMIT)))
      return { outgoing: [], linkIds: [], more: true, held, moved, readStart };
    // What people have said comes first, and alone: who waits may be the one it is about, or what it leaves behind.
    let more = !isEmpty(planned);
    for (const side of isEmpty(planned) ? SIDES : []) {
      const rows = waits[side];
      const waiting = rows.map((row) => row.ext_id);
      more ||= waiting.length === LIMIT;
      const { met, linked } = await this.#meeting.meet(side, waiting);
      arrivals.push(...met);
      if (linked.length === 0) continue;
      const states = await fetchAll(this.pipeline.ends[side].endpoint, linked);
      moved[side] = { ids: linked, states: [...states.values()] };
    }
    arrivals.push(...(await this.#meeting.subjectsOf(arrivals, LIMIT)));
    await failpoint('newcomers.met');
    if (arrivals.length === 0 && isEmpty(planned))
      return { outgoing: [], linkIds: [], more, held, moved, readStart };
    const verdict = await new Judge(this.pipeline, this.pools).judge(arrivals);
    const paired = await this.#pair([...planned.links.map(({ pair }) => pair), ...verdict.pairs]);
    const ordered = stillThere(planned, paired);
    // Of a pair only one is left: it is looked at again, alone.
    more ||= SIDES.some((side) => paired.gone[side].length > 0);
    const refused: Refused[] = [];
    const creating: Making[] = [
      ...ordered.creates.map(({ order, side, state }) => ({ side, state, keys: NO_KEYS, order: order.id })),
      ...(await this.#mayMake(verdict.alone, refused)),
    ];
    const asked = await readQuestions(this.pipeline, verdict.asking);
    more ||= SIDES.some((side) => asked.gone[side].length > 0);
    const links: Link[] = paired.links.map((link) => ({
      link,
      order: orderOf(ordered, link),
      keys: NO_KEYS,
    }));
    const waiting: WaitingNewcomer[] = [];
    for (const side of SIDES) {
      const making = creating.filter((one) => one.side === side);
      // A side that cannot be written now: they go on waiting, nothing is planned that cannot be sent.
      if (making.length === 0) continue;
      if (!writable[otherSide(side)]) {
        held = true;
        continue;
      }
      const ready = await this.#looked(side, making, unread);
      more ||= ready.length < making.length;
      links.push(...(await this.#create(side, ready, refused, waiting)));
    }
    await this.ids.ensure(this.pools.general, 6);
    return inOurTransaction(this.pools.lane, this.assertOurs, async (client) => {
      const stands = await standing(client, ordered);
      await carryOut(client, this.pipeline, ordered, stands);
      const stored = await this.#store(client, links, refused, stands);
      await storeWaiting(client, this.pipeline, waiting);
      await ask(client, this.pipeline, verdict, arrivals, asked);
      await storeHalves(client, this.pipeline, paired);
      await tellEnded(client, this.pipeline, ordered, { stands, carriedOut: stored.orders }, readStart);
      return { ...stored, more: more || stored.left, held, moved, readStart };
    });
  }

  /** Those that match nothing and may be made on the other side; the rest is shown with its reason. */
  async #mayMake(alone: readonly Newcomer[], refused: Refused[]): Promise<readonly Making[]> {
    const making: Making[] = [];
    for (const side of SIDES) {
      const ofSide = alone.filter((one) => one.side === side);
      if (ofSide.length === 0) continue;
      const ids = ofSide.map(({ state }) => state.id);
      const rows = await run(this.pools.general, stayingIds[side], [this.pipeline.id, ids]);
      const staying = new Map(rows.map((row) => [row.ext_id, row.by]));
      for (const one of ofSide) {
        const by = staying.get(one.state.id);
        if (by === undefined && mayCreate(this.pipeline, side)) making.push({ ...one, order: null });
        else
          refused.push({
            side,
            id: one.state.id,
            reason: one.keys.size === 0 && by === undefined ? 'no-key' : 'not-created',
            detail:
              by === undefined
                ? 'no counterpart, and the pipeline does not create it'
                : `kept apart by ${by} from what it resembled`,
          });
      }
    }
    return making;
  }

  /**
   * Whoever makes the same record on the other side at this moment has perhaps done so already: a side that shows anything new is read
   * before something is made there, once for each newcomer.
   */
  async #looked(
    side: Side,
    making: readonly Making[],
    unread: (side: Side) => Promise<boolean>,
  ): Promise<readonly Making[]> {
    const fresh = making.filter((one) => one.order === null && !this.#seen.has(`${side} ${one.state.id}`));
    for (const one of making) this.#seen.delete(`${side} ${one.state.id}`);
    if (fresh.length === 0 || !(await unread(otherSide(side)))) return making;
    for (const one of fresh) this.#seen.add(`${side} ${one.state.id}`);
    return making.filter((one) => !fresh.includes(one));
  }

  /** What was read of these has been compared with what was held of them. */
  async compared(side: Side, { ids }: Moved): Promise<void> {
    await inOurTransaction(this.pools.general, this.assertOurs, (client) =>
      forgetRecords(client, this.pipeline, side, ids, 'it was linked'),
    );
  }

  async #pair(pairs: Judgement['pairs']): Promise<Paired> {
    const { A, B } = this.pipeline.ends;
    const [a, b] = await Promise.all([
      fetchAll(
        A.endpoint,
        pairs.map((p) => p.A),
      ),
      fetchAll(
        B.endpoint,
        pairs.map((p) => p.B),
      ),
    ]);
    const states = { A: a.values(), B: b.values() };
    const pipeline = await boundToRecords(this.pools.general, this.pipeline, states);
    return pairUp(pipeline, pairs, { A: a, B: b });
  }

  async #create(
    from: Side,
    making: readonly Making[],
    refused: Refused[],
    waiting: WaitingNewcomer[],
  ): Promise<Link[]> {
    if (making.length === 0) return [];
    const states = making.map(({ state }) => state);
    const pipeline = await boundToRecords(this.pools.general, this.pipeline, { [from]: states });
    const target = this.pipeline.ends[otherSide(from)].endpoint;
    const allocated = await preparing(otherSide(from), target.allocateIds(making.length));
    await failpoint('newcomers.ids-allocated');
    return making.flatMap((one, i): Link[] => {
      try {
        const link = linkFromOneSide(pipeline, from, one.state, allocated?.[i] ?? '');
        const made = allocated === null ? withMappedId(target.schema.key, link) : link;
        return [{ link: made, order: one.order, keys: one.keys }];
      } catch (error) {
        if (error instanceof WaitsForRecord) waiting.push({ side: from, id: one.state.id, reason: error });
        else if (error instanceof CanonError)
          refused.push({ side: from, id: one.state.id, reason: 'not-created', detail: error.message });
        else throw error;
        return [];
      }
    });
  }

  async #store(
    client: PoolClient,
    planned: readonly Link[],
    refused: readonly Refused[],
    stands: ReadonlySet<string>,
  ): Promise<Stored> {
    const wanted = planned.filter(({ order }) => order === null || stands.has(order));
    const links = await stillMissing(client, this.pipeline, wanted);
    const batches = new Map<Side, { row: BatchRow; items: WriteItem[]; links: NewLink[] }>();
    for (const link of links) {
      if (link.create === null) continue;
      const { side } = link.create;
      const batch = batches.get(side) ?? {
        row: {
          id: this.ids.take(),
          side,
          kind: 'create',
          state: 'sent',
          position: null,
          mark: null,
          settled_ms: null,
        },
        items: [],
        links: [],
      };
      batch.items.push(link.create.item);
      batch.links.push(link);
      batches.set(side, batch);
    }
    const batchOf = ({ create }: NewLink): number | null =>
      create === null ? null : (batches.get(create.side)?.row.id ?? null);
    const linkIds = await insertLinks(client, this.pipeline, links, batchOf, this.clock.now());
    await failpoint('newcomers.links-inserted');
    const idOf = new Map(links.map((link, i) => [link, linkIds[i] as number]));
    const outgoing: Outgoing[] = [];
    for (const { row, items, links: made } of batches.values()) {
      const payload = made.map((link) => ({ l: idOf.get(link) as number, u: {} }));
      await run(client, insertBatch, [
        row.id,
        this.pipeline.id,
        row.side,
        row.kind,
        items.length,
        JSON.stringify(payload),
      ]);
      outgoing.push({ row, batch: { id: String(row.id), items }, payload });
    }
    for (const side of SIDES) {
      const ids = links.map((link) => link.ids[side]).filter((id) => id !== '');
      const made = new Set(links.filter((link) => link.from === side).map((link) => link.ids[side]));
      // The keys of what was made are kept a while, for a twin that somebody made on the other side at the same time.
      await run(client, forgetSettled, [this.pipeline.id, side, [...made]]);
      await forgetRecords(
        client,
        this.pipeline,
        side,
        ids.filter((id) => !made.has(id)),
        'it was linked',
      );
      await withdrawRecords(client, this.pipeline, side, [...made], 'it was made on the other side');
      const others = refused.filter((one) => one.side === side);
      if (others.length > 0)
        await run(client, setUnmatched, [
          this.pipeline.id,
          side,
          others.map((o) => o.id),
          others.map((o) => o.reason),
          others.map((o) => o.detail),
        ]);
    }
    const kept = new Set(links);
    const orders = wanted.flatMap(({ link, order }) => (order !== null && kept.has(link) ? [order] : []));
    return { outgoing, linkIds, orders: new Set(orders), left: links.length < wanted.length };
  }
}

interface Stored extends Pick<Arrived, 'outgoing' | 'linkIds'> {
  /** The orders whose link was stored. */
  readonly orders: ReadonlySet<string>;
  /** Some were linked by somebody else since they were read. */
  readonly left: boolean;
}

interface Making extends Newcomer {
  /** The order of a person that it is made for. */
  readonly order: string | null;
}

const NO_KEYS: Newcomer['keys'] = new Map();
const NOBODY: Moved = { ids: [], states: [] };

function isEmpty({ links, creates, apart, void: voided }: PlannedOrders): boolean {
  return links.length + creates.length + apart.length + voided.length === 0;
}

function orderOf({ links }: PlannedOrders, { ids }: NewLink): string | null {
  return links.find(({ pair }) => pair.A === ids.A && pair.B === ids.B)?.order.id ?? null;
}

interface Refused {
  readonly side: Side;
  readonly id: string;
  readonly reason: 'no-key' | 'not-created';
  readonly detail: string;
}
