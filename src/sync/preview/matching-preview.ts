import type { RecordState } from '../../connectors/connector.js';
import { SIDES, type Side } from '../../core/clock.js';
import { assign, type ScoredPair } from '../../core/matching/assign.js';
import { score } from '../../core/matching/score.js';
import { scoredRules, type Profile, type ScoredRule } from '../../core/matching/scored-rule.js';
import type { UnitPlan } from '../../core/plan.js';
import { takesPart } from '../../core/archive.js';
import type { HubPools } from '../../database/pools.js';
import { nextRemembered } from '../../database/sql/matching/rematch.js';
import { apartFrom } from '../../database/sql/matching/orders.js';
import { standingOf } from '../../database/sql/matching/standing.js';
import { run } from '../../database/sql/statement.js';
import { fetchAll } from '../fetch-all.js';
import { keyRules, matchKey, mayCreate, type KeyRule, type Matching } from '../match-keys.js';
import { comparedBy } from '../matching/profiles.js';
import { MOST_PAIRS_OF_A_KEY } from '../matching/score-sides.js';
import type { ChangedPipeline } from './changed-pipeline.js';

const PAGE = 500;
/** So many records of a side are looked at: they are held in memory. */
const MOST = 20_000;

/** What other match rules would make of the records that are not linked. */
export interface MatchingPreview {
  /** Records that were looked at, per side. */
  readonly records: Readonly<Record<Side, number>>;
  /** There are more: what is said is true of those that were looked at. */
  readonly some: boolean;
  /** Pairs that would be linked. */
  readonly links: number;
  /** Records that a person would be asked about, or that stand among what such a one may be. */
  readonly asks: number;
  /** Records of a side that would be made on the other one. */
  readonly makes: Readonly<Record<Side, number>>;
}

/** Plays the rules of a changed declaration through the records that are not linked, as a first load would. Reads only. */
export async function previewMatching(change: ChangedPipeline, pools: HubPools): Promise<MatchingPreview> {
  const pipeline: Matching = {
    ...change.after,
    ends: { A: { columns: columnsOf(change, 'A') }, B: { columns: columnsOf(change, 'B') } },
  };
  const [A, B] = [await unlinked(change, pools, 'A'), await unlinked(change, pools, 'B')];
  const states = { A: A.states, B: B.states };
  const apart = await apartPairs(change.id, pools, states.A);
  const free: Record<Side, Set<string>> = { A: new Set(states.A.keys()), B: new Set(states.B.keys()) };
  const doubtful: Record<Side, Set<string>> = { A: new Set(), B: new Set() };
  let links = 0;
  const scored = scoredRules(pipeline.spec.match);
  const keyed = keyRules(pipeline);
  for (const index of pipeline.spec.match.keys()) {
    const byScore = scored.find((rule) => rule.index === index);
    const byKey = keyed.find((rule) => rule.index === index);
    const found =
      byScore !== undefined
        ? alike(pipeline, byScore, states, free, apart)
        : byKey !== undefined
          ? equal(pipeline, byKey, states, free, apart)
          : { links: [], doubtful: [] };
    links += found.links.length;
    for (const { a, b } of found.links)
      for (const [side, id] of [
        ['A', a],
        ['B', b],
      ] as const)
        free[side].delete(id);
    for (const { a, b } of found.doubtful)
      for (const [side, id] of [
        ['A', a],
        ['B', b],
      ] as const)
        doubtful[side].add(id);
  }
  const asked = (side: Side): string[] => [...doubtful[side]].filter((id) => free[side].has(id));
  const makes = (side: Side): number =>
    mayCreate(pipeline, side) ? free[side].size - asked(side).length : 0;
  return {
    records: { A: states.A.size, B: states.B.size },
    some: A.some || B.some,
    links,
    asks: asked('A').length + asked('B').length,
    makes: { A: makes('A'), B: makes('B') },
  };
}

type States = Readonly<Record<Side, ReadonlyMap<string, RecordState>>>;
type Pair = Pick<ScoredPair, 'a' | 'b'>;
interface Found {
  readonly links: readonly Pair[];
  readonly doubtful: readonly Pair[];
}

function equal(
  pipeline: Matching,
  rule: KeyRule,
  states: States,
  free: Readonly<Record<Side, ReadonlySet<string>>>,
  apart: ReadonlySet<string>,
): Found {
  const sharing = share(free, (side, id) => {
    const key = matchKey(pipeline, side, rule, (states[side].get(id) as RecordState).values);
    return key === null ? [] : [key];
  });
  const links: Pair[] = [];
  const doubtful: Pair[] = [];
  for (const { A, B } of sharing) {
    const [a, b] = [A[0], B[0]];
    if (a === undefined || b === undefined) continue;
    if (A.length > 1 || B.length > 1)
      doubtful.push(...A.map((id) => ({ a: id, b })), ...B.map((id) => ({ a, b: id })));
    else if (!apart.has(pairKey(a, b))) links.push({ a, b });
  }
  return { links, doubtful };
}

function alike(
  pipeline: Matching,
  rule: ScoredRule,
  states: States,
  free: Readonly<Record<Side, ReadonlySet<string>>>,
  apart: ReadonlySet<string>,
): Found {
  const profiles: Record<Side, Map<string, Profile>> = { A: new Map(), B: new Map() };
  const sharing = share(free, (side, id) => {
    const { profile, keys } = comparedBy(pipeline, side, rule, (states[side].get(id) as RecordState).values);
    profiles[side].set(id, profile);
    return keys;
  });
  const pairs = new Map<string, ScoredPair>();
  for (const { A, B } of sharing) {
    if (A.length * B.length > MOST_PAIRS_OF_A_KEY) continue;
    for (const a of A)
      for (const b of B) {
        const key = pairKey(a, b);
        if (pairs.has(key) || apart.has(key)) continue;
        const { points } = score(rule, profiles.A.get(a) ?? [], profiles.B.get(b) ?? []);
        if (points >= rule.review) pairs.set(key, { a, b, points });
      }
  }
  const { links, questions } = assign(rule, [...pairs.values()]);
  return { links, doubtful: questions };
}

function share(
  free: Readonly<Record<Side, ReadonlySet<string>>>,
  keysOf: (side: Side, id: string) => readonly string[],
): Iterable<Readonly<Record<Side, readonly string[]>>> {
  const sharing = new Map<string, Record<Side, string[]>>();
  for (const side of SIDES)
    for (const id of free[side])
      for (const key of keysOf(side, id)) {
        const known = sharing.get(key) ?? { A: [], B: [] };
        known[side].push(id);
        sharing.set(key, known);
      }
  return sharing.values();
}

/** Records that are not linked, nor kept as they are because a link of theirs was ended. */
async function unlinked(
  change: ChangedPipeline,
  pools: HubPools,
  side: Side,
): Promise<{ readonly states: ReadonlyMap<string, RecordState>; readonly some: boolean }> {
  const states = new Map<string, RecordState>();
  for (let after = ''; ;) {
    const rows = await run(pools.general, nextRemembered, [change.id, side, after, PAGE]);
    const last = rows.at(-1);
    if (last === undefined) return { states, some: false };
    const ids = rows.map((row) => row.ext_id);
    const standing = await run(pools.general, standingOf[side], [change.id, ids]);
    const taken = new Set(standing.map((row) => row.ext_id));
    const open = ids.filter((id) => !taken.has(id));
    for (const [id, state] of await fetchAll(change.endpoints[side], open))
      if (takesPart(change.after.plan, side, state.values)) states.set(id, state);
    after = last.ext_id;
    if (states.size >= MOST) return { states, some: true };
  }
}

async function apartPairs(
  pipelineId: number,
  pools: HubPools,
  states: ReadonlyMap<string, RecordState>,
): Promise<ReadonlySet<string>> {
  const rows = await run(pools.general, apartFrom, [pipelineId, [...states.keys()]]);
  return new Set(rows.map((row) => pairKey(row.a_id, row.b_id)));
}

function pairKey(a: string, b: string): string {
  return JSON.stringify([a, b]);
}

function columnsOf(
  change: ChangedPipeline,
  side: Side,
): ReadonlyMap<string, readonly (readonly [string, string])[]> {
  const members = ({ members: all }: UnitPlan): readonly (readonly [string, string])[] =>
    all.flatMap((member) => (member[side] === null ? [] : [[member.field, member[side]] as const]));
  return new Map(change.after.plan.units.map((unit) => [unit.key, members(unit)]));
}
