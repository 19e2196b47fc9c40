import type { PoolClient } from 'pg';
import type { Clock } from '../common/clock.js';
import { failpoint } from '../common/failpoint.js';
import type { RecordState as SideRecord, WriteItem } from '../connectors/connector.js';
import { otherSide, SIDES, type Side } from '../core/clock.js';
import { CanonError } from '../core/errors.js';
import type { Raw } from '../core/value.js';
import type { HubPools } from '../database/pools.js';
import { insertBatch, type BatchRow } from '../database/sql/lane/batches.js';
import { forgetUnmatched } from '../database/sql/lane/links.js';
import {
  findByKey,
  linkedIds,
  readWaiting,
  setUnmatched,
  unlinkedIds,
  upsertLoadRecords,
} from '../database/sql/load/match.js';
import { run } from '../database/sql/statement.js';
import { fetchAll } from './fetch-all.js';
import type { BatchIds } from './lane/batch-ids.js';
import type { Outgoing } from './lane/intake.js';
import { keyRules, matchKey, mayCreate } from './match-keys.js';
import { insertLinks, linkFromOneSide, type NewLink } from './new-links.js';
import { inOurTransaction, type AssertOurs } from './our-transaction.js';
import { pairUp, storeHalves, type Paired } from './pairing.js';
import type { RunningPipeline } from './running-pipeline.js';

const LIMIT = 500;

interface Newcomer {
  readonly side: Side;
  readonly state: SideRecord;
  /** Rule index → key. */
  readonly keys: ReadonlyMap<number, string>;
}

export interface Arrived {
  readonly outgoing: readonly Outgoing[];
  readonly linkIds: readonly number[];
  /** There may be more waiting. */
  readonly more: boolean;
  /** Some go on waiting for a side that cannot be written now. */
  readonly held: boolean;
}

/**
 * Records that appeared on a side after the first load: linked to their counterpart when a rule finds exactly one, made on the other
 * side when nothing matches, and otherwise shown as unmatched. What is decided is stored before anything is written outside.
 */
export class Newcomers {
  constructor(
    private readonly pipeline: RunningPipeline,
    private readonly pools: HubPools,
    private readonly assertOurs: AssertOurs,
    private readonly ids: BatchIds,
    private readonly clock: Clock,
  ) {}

  async settle(writable: Readonly<Record<Side, boolean>>): Promise<Arrived> {
    const arrivals: Newcomer[] = [];
    let more = false;
    for (const side of SIDES) {
      const waiting = (await run(this.pools.general, readWaiting, [this.pipeline.id, side, LIMIT])).map(
        (row) => row.ext_id,
      );
      more ||= waiting.length === LIMIT;
      arrivals.push(...(await this.#meet(side, waiting)));
    }
    await failpoint('newcomers.met');
    if (arrivals.length === 0) return { outgoing: [], linkIds: [], more, held: false };
    const known = await this.#candidates(arrivals);
    const verdict = judge(this.pipeline, arrivals, known);
    const paired = await this.#pair(verdict.pairs);
    const links = [...paired.links];
    // Of a pair only one is left: it is looked at again, alone.
    more ||= SIDES.some((side) => paired.gone[side].length > 0);
    const refused = [...verdict.refused];
    let held = false;
    for (const side of SIDES) {
      const making = verdict.creating.filter((one) => one.side === side);
      // A side that cannot be written now: they go on waiting, nothing is planned that cannot be sent.
      if (making.length === 0) continue;
      if (!writable[otherSide(side)]) {
        held = true;
        continue;
      }
      const made = await this.#create(side, making, refused);
      links.push(...made);
    }
    await this.ids.ensure(this.pools.general, 6);
    return inOurTransaction(this.pools.lane, this.assertOurs, async (client) => {
      const stored = await this.#store(client, links, refused);
      await storeHalves(client, this.pipeline, paired);
      return { ...stored, more, held };
    });
  }

  /** Present states of the waiting that still exist and are not linked yet; remembers their keys for whoever comes later. */
  async #meet(side: Side, waiting: readonly string[]): Promise<Newcomer[]> {
    if (waiting.length === 0) return [];
    const { endpoint } = this.pipeline.ends[side];
    const linked = new Set(
      (await run(this.pools.general, linkedIds[side], [this.pipeline.id, waiting])).map((row) => row.ext_id),
    );
    const unlinked = await this.#leaveUnlinked(
      side,
      waiting.filter((id) => !linked.has(id)),
    );
    const open = waiting.filter((id) => !linked.has(id) && !unlinked.has(id));
    const states = open.length === 0 ? [] : (await endpoint.fetch(open)).states;
    const here = new Set(states.map((state) => state.id));
    const gone = waiting.filter((id) => !here.has(id) && !unlinked.has(id));
    if (gone.length > 0) await run(this.pools.general, forgetUnmatched, [this.pipeline.id, side, gone]);
    const rules = keyRules(this.pipeline);
    const newcomers = states.map((state): Newcomer => {
      const keys = new Map<number, string>();
      for (const rule of rules) {
        const key = matchKey(this.pipeline, side, rule, state.values);
        if (key !== null) keys.set(rule.index, key);
      }
      return { side, state, keys };
    });
    const rows = newcomers.flatMap((one) =>
      [...one.keys].map(([rule, key]) => ({ id: one.state.id, rule, key })),
    );
    if (rows.length > 0) {
      await run(this.pools.general, upsertLoadRecords, [
        this.pipeline.id,
        side,
        rows.map((r) => r.id),
        rows.map((r) => r.rule),
        rows.map((r) => r.key),
      ]);
    }
    return newcomers;
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

  /** Records without a link, by side, rule and key. */
  async #candidates(arrivals: readonly Newcomer[]): Promise<ReadonlyMap<string, readonly string[]>> {
    const keys = [
      ...new Set(arrivals.flatMap((one) => [...one.keys].map(([rule, key]) => `${String(rule)} ${key}`))),
    ];
    const found = new Map<string, string[]>();
    for (const side of SIDES) {
      const rows = await run(this.pools.general, findByKey, [
        this.pipeline.id,
        side,
        keys.map((k) => Number(k.slice(0, k.indexOf(' ')))),
        keys.map((k) => k.slice(k.indexOf(' ') + 1)),
      ]);
      for (const row of rows) {
        const at = candidateKey(side, row.rule, row.match_key);
        found.set(at, [...(found.get(at) ?? []), row.ext_id]);
      }
    }
    return found;
  }

  async #pair(pairs: Verdict['pairs']): Promise<Paired> {
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
    return pairUp(this.pipeline, pairs, { A: a, B: b });
  }

  async #create(from: Side, making: readonly Newcomer[], refused: Refused[]): Promise<NewLink[]> {
    const target = this.pipeline.ends[otherSide(from)].endpoint;
    const allocated = await target.allocateIds(making.length);
    await failpoint('newcomers.ids-allocated');
    return making.flatMap((one, i): NewLink[] => {
      try {
        const link = linkFromOneSide(this.pipeline, from, one.state, allocated?.[i] ?? '');
        return [allocated === null ? withMappedId(target.schema.key, link) : link];
      } catch (error) {
        if (!(error instanceof CanonError)) throw error;
        refused.push({ side: from, id: one.state.id, reason: 'not-created', detail: error.message });
        return [];
      }
    });
  }

  async #store(
    client: PoolClient,
    links: readonly NewLink[],
    refused: readonly Refused[],
  ): Promise<Pick<Arrived, 'outgoing' | 'linkIds'>> {
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
      const linked = links.map((link) => link.ids[side]).filter((id) => id !== '');
      if (linked.length > 0) await run(client, forgetUnmatched, [this.pipeline.id, side, linked]);
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
    return { outgoing, linkIds };
  }
}

interface Refused {
  readonly side: Side;
  readonly id: string;
  readonly reason: 'ambiguous' | 'no-key' | 'not-created';
  readonly detail: string;
}

interface Verdict {
  readonly pairs: readonly Readonly<Record<Side, string>>[];
  readonly creating: readonly Newcomer[];
  readonly refused: readonly Refused[];
}

/** The first rule that gives exactly one record on each side links; several are ambiguous and never guessed; none creates, if allowed. */
function judge(
  pipeline: RunningPipeline,
  arrivals: readonly Newcomer[],
  known: ReadonlyMap<string, readonly string[]>,
): Verdict {
  const pairs = new Map<string, Record<Side, string>>();
  const creating: Newcomer[] = [];
  const refused: Refused[] = [];
  const paired: Record<Side, Set<string>> = { A: new Set(), B: new Set() };
  for (const one of arrivals) {
    if (paired[one.side].has(one.state.id)) continue;
    const found = match(pipeline, one, known);
    if (found === null) {
      if (mayCreate(pipeline, one.side)) creating.push(one);
      else
        refused.push({
          side: one.side,
          id: one.state.id,
          reason: one.keys.size === 0 ? 'no-key' : 'not-created',
          detail: 'no counterpart, and the pipeline does not create it',
        });
    } else if (found.kind === 'ambiguous') {
      refused.push({ side: one.side, id: one.state.id, reason: 'ambiguous', detail: found.detail });
    } else {
      const pair = one.side === 'A' ? { A: one.state.id, B: found.id } : { A: found.id, B: one.state.id };
      paired.A.add(pair.A);
      paired.B.add(pair.B);
      pairs.set(`${pair.A} ${pair.B}`, pair);
    }
  }
  return { pairs: [...pairs.values()], creating, refused };
}

function match(
  pipeline: RunningPipeline,
  one: Newcomer,
  known: ReadonlyMap<string, readonly string[]>,
): { kind: 'one'; id: string } | { kind: 'ambiguous'; detail: string } | null {
  for (const rule of keyRules(pipeline)) {
    const key = one.keys.get(rule.index);
    if (key === undefined) continue;
    const there = known.get(candidateKey(otherSide(one.side), rule.index, key)) ?? [];
    const here = known.get(candidateKey(one.side, rule.index, key)) ?? [];
    const only = there[0];
    if (only === undefined) continue;
    if (there.length === 1 && here.length <= 1) return { kind: 'one', id: only };
    return {
      kind: 'ambiguous',
      detail: `${String(here.length)} here and ${String(there.length)} there have the same ${rule.id}`,
    };
  }
  return null;
}

function candidateKey(side: Side, rule: number, key: string): string {
  return `${side} ${String(rule)} ${key}`;
}

/** The other side's key is one of the mapped fields: the record's id there follows from what is written. */
export function withMappedId(key: readonly string[], link: NewLink): NewLink {
  if (link.create?.item.op !== 'create') return link;
  const { set } = link.create.item;
  const parts = key.map((name) => textOf(set[name]));
  const id = parts.length === 1 ? (parts[0] as string) : JSON.stringify(parts);
  const { side } = link.create;
  return { ...link, ids: { ...link.ids, [side]: id }, create: { side, item: { ...link.create.item, id } } };
}

function textOf(raw: Raw | undefined): string {
  return typeof raw === 'string' ? raw : JSON.stringify(raw ?? '');
}
