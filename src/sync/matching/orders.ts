import type { PoolClient } from 'pg';
import type { RecordState } from '../../connectors/connector.js';
import { otherSide, SIDES, type Side } from '../../core/clock.js';
import { isMarkedRow, takesPart, takingPartColumns } from '../../core/archive.js';
import type { Plan } from '../../core/plan.js';
import type { HubPools } from '../../database/pools.js';
import { addWaiting } from '../../database/sql/lane/links.js';
import { setUnmatched } from '../../database/sql/load/match.js';
import {
  dueOrders,
  endLinks,
  freeCandidates,
  hasDueOrders,
  keepApart,
  liveLinks,
  mayRelink,
  pairsOfQuestion,
  recordEnded,
  settleMatchDecision,
  takeOrders,
  type OrderRow,
} from '../../database/sql/matching/orders.js';
import { announceConflict } from '../../database/sql/matching/announce.js';
import { closeQuestions } from '../../database/sql/matching/questions.js';
import { run } from '../../database/sql/statement.js';
import { fetchAll } from '../fetch-all.js';
import { mayCreate } from '../match-keys.js';
import type { Paired } from '../pairing.js';
import type { RunningPipeline } from '../running-pipeline.js';

const LIMIT = 100;

/** No fault: what was ordered is so. */
export const ALREADY = 'they are linked already';

/** Orders of people that are due, with what carrying them out takes. */
export interface PlannedOrders {
  readonly links: readonly LinkOrder[];
  readonly creates: readonly CreateOrder[];
  readonly apart: readonly OrderRow[];
  /** What was ordered cannot be any more. */
  readonly void: readonly { readonly order: OrderRow; readonly why: string }[];
  /** Some wait for a side that cannot be written now. */
  readonly held: boolean;
}

export interface LinkOrder {
  readonly order: OrderRow;
  readonly pair: Readonly<Record<Side, string>>;
  /** Links that end for it: of a record that Accord made while its twin was on its way. */
  readonly ends: readonly number[];
}

export interface CreateOrder {
  readonly order: OrderRow;
  readonly side: Side;
  readonly state: RecordState;
}

/** What people have said about records that are not linked, or not with the right one. */
export class Orders {
  constructor(
    private readonly pipeline: RunningPipeline,
    private readonly pools: HubPools,
  ) {}

  /** Cheap: asked every second. */
  async waiting(): Promise<boolean> {
    const [row] = await run(this.pools.general, hasDueOrders, [this.pipeline.id]);
    return row?.due === true;
  }

  /** Reads what there is to do, and the records it is about: no record twice, the first that spoke of it comes first. */
  async plan(writable: Readonly<Record<Side, boolean>>): Promise<PlannedOrders> {
    const due = await run(this.pools.general, dueOrders, [this.pipeline.id, LIMIT]);
    const named = new Set<string>();
    let held = false;
    const orders = due.filter((order) => {
      const records = [`A ${order.a_id ?? ''}`, `B ${order.b_id ?? ''}`].filter((one) => one.length > 2);
      if (records.some((one) => named.has(one))) return false;
      for (const one of records) named.add(one);
      const waits = order.kind === 'create' && !writable[otherSide(order.side ?? 'A')];
      held ||= waits;
      return !waits;
    });
    const links: LinkOrder[] = [];
    const creates: CreateOrder[] = [];
    const voided: { order: OrderRow; why: string }[] = [];
    for (const order of orders) {
      if (order.kind === 'link') {
        const planned = await this.#link(order);
        if (typeof planned === 'string') voided.push({ order, why: planned });
        else links.push(planned);
      } else if (order.kind === 'create') {
        const planned = await this.#create(order);
        if (typeof planned === 'string') voided.push({ order, why: planned });
        else creates.push(planned);
      }
    }
    const apart = orders.filter(({ kind }) => kind === 'apart');
    return { links, creates, apart, void: voided, held };
  }

  async #link(order: OrderRow): Promise<LinkOrder | string> {
    const { a_id: A, b_id: B } = order;
    if (A === null || B === null) return 'one of the records is not named';
    if (order.gone !== null) return `the one that was chosen is none any more: ${order.gone}`;
    const ends: number[] = [];
    for (const [side, id] of [
      ['A', A],
      ['B', B],
    ] as const) {
      for (const link of await run(this.pools.general, liveLinks, [this.pipeline.id, side, [id]])) {
        if (link.a_id === A && link.b_id === B) return ALREADY;
        if (!link.made)
          return `${id} in ${this.pipeline.ends[side].label} is linked with another record by now`;
        ends.push(link.link_id);
      }
      const { plan } = this.pipeline;
      if (takingPartColumns(plan, side).length === 0) continue;
      const state = (await fetchAll(this.pipeline.ends[side].endpoint, [id])).get(id);
      if (state !== undefined && !takesPart(plan, side, state.values))
        return `${id} in ${this.pipeline.ends[side].label} is ${leftOut(plan, side, state)}`;
    }
    return { order, pair: { A, B }, ends };
  }

  async #create(order: OrderRow): Promise<CreateOrder | string> {
    const side = order.side ?? 'A';
    const id = side === 'A' ? order.a_id : order.b_id;
    if (id === null) return 'the record is not named';
    if (!mayCreate(this.pipeline, side)) return 'the pipeline does not create records that way';
    const links = await run(this.pools.general, liveLinks, [this.pipeline.id, side, [id]]);
    if (links.length > 0) return 'it is linked by now';
    const state = (await fetchAll(this.pipeline.ends[side].endpoint, [id])).get(id);
    if (state === undefined) return 'it is gone';
    const { plan } = this.pipeline;
    return takesPart(plan, side, state.values)
      ? { order, side, state }
      : `it is ${leftOut(plan, side, state)}`;
  }
}

function leftOut(plan: Plan, side: Side, { values }: RecordState): string {
  return isMarkedRow(plan, side, values) ? 'marked as deleted' : 'out of scope';
}

/** Without links of records that are gone by now: what was ordered cannot be any more. */
export function stillThere(planned: PlannedOrders, { links: paired }: Pick<Paired, 'links'>): PlannedOrders {
  const isThere = ({ pair }: LinkOrder): boolean =>
    paired.some(({ ids }) => ids.A === pair.A && ids.B === pair.B);
  const gone = planned.links.filter((one) => !isThere(one));
  return {
    ...planned,
    links: planned.links.filter(isThere),
    void: [...planned.void, ...gone.map(({ order }) => ({ order, why: 'one of the two is gone' }))],
  };
}

/** Ids of the orders that still stand. In the transaction that carries them out. */
export async function standing(client: PoolClient, planned: PlannedOrders): Promise<ReadonlySet<string>> {
  const all = [...planned.links, ...planned.creates, ...planned.void].map(({ order }) => order.id);
  const ids = [...all, ...planned.apart.map(({ id }) => id)];
  if (ids.length === 0) return new Set();
  return new Set((await run(client, takeOrders, [ids])).map((row) => row.id));
}

/** Everything about orders but the new links themselves, and before those are stored. */
export async function carryOut(
  client: PoolClient,
  pipeline: RunningPipeline,
  planned: PlannedOrders,
  stands: ReadonlySet<string>,
): Promise<void> {
  for (const { order, pair, ends } of planned.links) {
    if (!stands.has(order.id)) continue;
    if (ends.length > 0) await endTwins(client, pipeline, ends, order.by);
    await run(client, mayRelink, [pipeline.id, [pair.A], [pair.B]]);
    await settle(client, pipeline, order, 'applied', `linked by ${order.by}`, 'wait');
  }
  for (const { order } of planned.creates) {
    if (!stands.has(order.id)) continue;
    await setApart(client, pipeline, order, false);
    await settle(client, pipeline, order, 'applied', `made on the other side for ${order.by}`, 'wait');
  }
  for (const order of planned.apart) {
    if (!stands.has(order.id)) continue;
    await setApart(client, pipeline, order, true);
    await leave(client, pipeline, order.side ?? 'A', order, `kept apart from others by ${order.by}`);
    await settle(client, pipeline, order, 'applied', `kept apart by ${order.by}`, 'leave');
  }
  for (const { order, why } of planned.void) {
    if (!stands.has(order.id)) continue;
    await settle(client, pipeline, order, 'stale', why, 'wait');
    // What is right now is found out anew.
    const side = order.side;
    const id = side === 'A' ? order.a_id : order.b_id;
    if (side !== null && id !== null) await run(client, addWaiting, [pipeline.id, side, [id]]);
  }
}

async function setApart(
  client: PoolClient,
  pipeline: RunningPipeline,
  order: OrderRow,
  stay: boolean,
): Promise<void> {
  if (order.conflict_id === null) return;
  const pairs = await run(client, pairsOfQuestion, [order.conflict_id]);
  await run(client, keepApart, [
    pipeline.id,
    pairs.map((pair) => pair.a_id),
    pairs.map((pair) => pair.b_id),
    order.by,
    null,
    stay,
  ]);
}

/** The candidates that nobody else is asked about either go on like newcomers, or are left as they are. */
async function settle(
  client: PoolClient,
  pipeline: RunningPipeline,
  { conflict_id: conflict, by }: OrderRow,
  outcome: 'applied' | 'stale',
  why: string,
  candidates: 'wait' | 'leave',
): Promise<void> {
  if (conflict === null) return;
  const free = await run(client, freeCandidates, [[conflict]]);
  await run(client, settleMatchDecision, [conflict, outcome]);
  await run(client, closeQuestions, [[conflict], why]);
  for (const side of SIDES) {
    const ids = free.filter((one) => one.side === side).map((one) => one.ext_id);
    if (ids.length === 0) continue;
    if (candidates === 'wait') await run(client, addWaiting, [pipeline.id, side, ids]);
    else {
      const words = `kept apart by ${by} from what it resembled in ${pipeline.ends[otherSide(side)].label}`;
      await run(client, setUnmatched, [
        pipeline.id,
        side,
        ids,
        ids.map(() => 'not-created'),
        ids.map(() => words),
      ]);
    }
  }
  await announceConflict(client, conflict);
}

async function leave(
  client: PoolClient,
  pipeline: RunningPipeline,
  side: Side,
  order: OrderRow,
  why: string,
): Promise<void> {
  const id = side === 'A' ? order.a_id : order.b_id;
  if (id === null) return;
  await run(client, setUnmatched, [pipeline.id, side, [id], ['not-created'], [why]]);
}

/** The record that Accord had made stays where it is, and is never linked with that one again by a rule. */
async function endTwins(
  client: PoolClient,
  pipeline: RunningPipeline,
  linkIds: readonly number[],
  by: string,
): Promise<void> {
  const ended = await run(client, endLinks, [pipeline.id, linkIds]);
  await run(client, keepApart, [
    pipeline.id,
    ended.map((link) => link.a_id),
    ended.map((link) => link.b_id),
    by,
    'its twin was made at the same time',
    true,
  ]);
  await run(client, recordEnded, [
    pipeline.id,
    pipeline.revision,
    ended.map((link) => link.link_id),
    JSON.stringify({ kind: 'person', name: by }),
    `${by} linked it with the record that was made at the same time`,
  ]);
}
