import type pg from 'pg';
import {
  changesOf,
  historyOf,
  standing,
  TEXT_UNITS,
  textOf,
  type Change,
  type Row,
  type Stood,
} from './registers.js';
import { readHub, type HubFacts } from './hub-facts.js';

type SideName = 'a' | 'b';

/** What a side's own records say. */
export interface SideFacts {
  readonly changes: readonly Change[];
  readonly now: ReadonlyMap<string, Row>;
}

interface Side extends SideFacts {
  readonly history: ReadonlyMap<string, readonly Stood[]>;
}

export interface OracleInput {
  readonly a: SideFacts;
  readonly b: SideFacts;
  readonly hub: pg.Pool;
  /** Positions of the sides' registers up to which, or between which, edits may have been seen only together. */
  readonly unwatched: readonly Readonly<Record<SideName, readonly [from: number, to: number]>>[];
  /** Decisions that were answered. */
  readonly promised: readonly string[];
}

export interface Verdict {
  readonly edits: number;
  readonly decisions: number;
  readonly writes: number;
  readonly openConflicts: number;
  readonly violations: readonly string[];
}

const other = { a: 'b', b: 'a' } as const;

/**
 * Looks at both sides, at what ever stood there by their own records, and at what the hub stored, once nothing is on its way. Knows
 * nothing of clocks, policies or merges: only that every text was typed once, and what adding up gives.
 */
export async function judge(input: OracleInput): Promise<Verdict> {
  const [a, b] = [withHistory(input.a), withHistory(input.b)];
  const hub = await readHub(input.hub);
  const sides = { a, b };
  const edits = people(a).length + people(b).length;
  const writes = [...a.changes, ...b.changes].filter(({ by }) => by === 'accord').length;
  return {
    edits,
    decisions: hub.decisions,
    writes,
    openConflicts: hub.open.size,
    violations: [
      ...agreement(sides, hub),
      ...duplicates(sides, hub),
      ...lost(sides, hub),
      ...invented(sides, hub),
      ...observed(sides, hub, input.unwatched),
      ...sums(sides, hub, input.unwatched[0]),
      ...needless(sides),
      ...(writes > 2 * (edits + hub.decisions) + 1000
        ? [`${String(writes)} writes for ${String(edits)} edits and ${String(hub.decisions)} decisions`]
        : []),
      ...hub.faults,
      ...input.promised
        .filter((id) => !hub.known.has(id))
        .map((id) => `decision ${id} was promised and is not there`),
    ],
  };
}

/** The facts of a database with the register of `killed-pipeline.ts`. */
export async function factsOf(pool: pg.Pool): Promise<SideFacts> {
  const [changes, now] = await Promise.all([changesOf(pool), standing(pool)]);
  return { changes, now };
}

function withHistory(facts: SideFacts): Side {
  return { ...facts, history: historyOf(facts.changes) };
}

function people({ changes }: Side): readonly Change[] {
  return changes.filter(({ by }) => by === 'person');
}

/** Both sides and the shadow say the same, but for what is put to a person or was refused by a side. */
function agreement({ a, b }: Readonly<Record<SideName, Side>>, hub: HubFacts): string[] {
  const found: string[] = [];
  for (const key of new Set([...a.now.keys(), ...b.now.keys()])) {
    if (hub.isOpen(key, 'life')) continue;
    const [rowA, rowB] = [a.now.get(key), b.now.get(key)];
    if (rowA === undefined || rowB === undefined) {
      found.push(`${key} is on ${rowA === undefined ? 'B' : 'A'} only`);
      continue;
    }
    for (const unit of [...TEXT_UNITS, 'n', 'tags']) {
      if (hub.isOpen(key, unit)) continue;
      const [x, y] = [shown(rowA, unit), shown(rowB, unit)];
      const head = hub.head(key, unit);
      if (x !== y) found.push(`${key}.${unit}: ${x} on A, ${y} on B`);
      else if (head !== undefined && head !== x)
        found.push(`${key}.${unit}: ${x} on both sides, ${head} in the shadow`);
    }
  }
  return found;
}

function shown(row: Row, unit: string): string {
  if (unit === 'n') return String(row.n);
  return unit === 'tags' ? [...row.tags].sort().join(',') : String(textOf(row, unit));
}

function duplicates(sides: Readonly<Record<SideName, Side>>, hub: HubFacts): string[] {
  const found: string[] = [];
  for (const name of ['a', 'b'] as const) {
    const { now } = sides[name];
    for (const key of now.keys()) {
      const links = hub.links.get(key)?.filter((link) => link.live) ?? [];
      if (links.length !== 1) found.push(`${key} on ${name} has ${String(links.length)} links`);
    }
  }
  return found;
}

/**
 * Whatever Accord wrote over a value that a person had typed there: whoever made the new value had that one before them, or it is
 * named in a decision, or in lineage as what gave way.
 */
function lost(sides: Readonly<Record<SideName, Side>>, hub: HubFacts): string[] {
  const found: string[] = [];
  const origin = origins(sides);
  for (const side of ['a', 'b'] as const) {
    for (const [at, stood] of sides[side].history) {
      const there = sides[other[side]].history.get(at) ?? [];
      for (const [i, now] of stood.entries()) {
        const before = stood[i - 1];
        if (now.by !== 'accord' || before === undefined || before.value === null) continue;
        const typed = origin.get(`${at} ${before.value}`);
        if (typed?.side !== side) continue;
        const maker = now.gone ? null : origin.get(`${at} ${String(now.value)}`);
        const made = now.gone
          ? there.findLastIndex((one) => one.gone && one.by === 'person')
          : maker?.side === other[side]
            ? there.findIndex((one) => one.value === now.value)
            : -1;
        const seen = made > 0 && there.slice(0, made).some((one) => one.value === before.value);
        if (
          !seen &&
          !hub.named.has(before.value) &&
          !(now.gone && hub.isDecided(at.split(' ')[0] as string, 'life'))
        )
          found.push(
            `${before.value} (${at} on ${side}) was overwritten by ${String(now.value)} unseen and is not named`,
          );
      }
    }
  }
  return found;
}

/** Where every value was typed. */
function origins(sides: Readonly<Record<SideName, Side>>): ReadonlyMap<string, { readonly side: SideName }> {
  const origin = new Map<string, { side: SideName }>();
  for (const side of ['a', 'b'] as const)
    for (const { by, was, became, key } of sides[side].changes) {
      if (by !== 'person') continue;
      for (const unit of TEXT_UNITS) {
        const value = textOf(became, unit);
        // A row carries what it had besides: only what changed was typed.
        if (value !== null && value !== textOf(was, unit)) origin.set(`${key} ${unit} ${value}`, { side });
      }
    }
  return origin;
}

/** Nothing stands, or ever stood, that no person typed for that field of that record. */
function invented(sides: Readonly<Record<SideName, Side>>, hub: HubFacts): string[] {
  const found: string[] = [];
  const origin = origins(sides);
  for (const side of ['a', 'b'] as const)
    for (const [at, stood] of sides[side].history)
      for (const { value, by, gone } of stood)
        if (
          by === 'accord' &&
          !gone &&
          value !== null &&
          !origin.has(`${at} ${value}`) &&
          !hub.typed.has(value)
        )
          found.push(`${value} (${at} on ${side}) was typed by nobody`);
  return found;
}

/** Lineage has every edit of a person once, and none that was not made. */
function observed(
  sides: Readonly<Record<SideName, Side>>,
  hub: HubFacts,
  unwatched: OracleInput['unwatched'],
): string[] {
  const found: string[] = [];
  const made = new Map<string, { readonly exactly: boolean }>();
  for (const side of ['a', 'b'] as const) {
    const born = new Set(
      people(sides[side])
        .filter(({ op }) => op === 'INSERT')
        .map(({ key }) => key),
    );
    const gone = new Set(sides[side].changes.filter(({ op }) => op === 'DELETE').map(({ key }) => key));
    for (const [at, stood] of sides[side].history) {
      const key = at.split(' ')[0] as string;
      for (const { pos, value, by, gone: removed } of stood) {
        if (by !== 'person' || removed || value === null) continue;
        const together = unwatched.some((range) => pos > range[side][0] && pos <= range[side][1]);
        // A record's first values come with its link; what was typed before the link was made may come with it too.
        made.set(value, { exactly: !together && !born.has(key) && !gone.has(key) });
      }
    }
  }
  for (const [value, { exactly }] of made) {
    const times = hub.observed.get(value) ?? 0;
    if (times > 1 || (exactly && times === 0)) found.push(`${value} was observed ${String(times)} times`);
  }
  for (const value of hub.observed.keys())
    if (!made.has(value)) found.push(`${value} was observed and never stood`);
  return found;
}

/** Counters and sets hold what adding up all edits gives, where the record was never removed. */
function sums(
  sides: Readonly<Record<SideName, Side>>,
  hub: HubFacts,
  firstLoad: OracleInput['unwatched'][number] | undefined,
): string[] {
  const counts = new Map<string, number>();
  const tags = new Map<string, { readonly added: Set<string>; readonly removed: Set<string> }>();
  const removed = new Set<string>();
  const early = { a: new Set<string>(), b: new Set<string>() };
  for (const side of ['a', 'b'] as const)
    for (const { pos, by, op, key, was, became } of sides[side].changes) {
      if (op === 'DELETE' || became === null) removed.add(key);
      else if (by === 'person') {
        if (pos <= (firstLoad?.[side][1] ?? 0) && (became.n !== 0 || became.tags.length > 0))
          early[side].add(key);
        counts.set(key, (counts.get(key) ?? 0) + became.n - (was?.n ?? 0));
        const known = tags.get(key) ?? { added: new Set<string>(), removed: new Set<string>() };
        for (const tag of became.tags) if (was?.tags.includes(tag) !== true) known.added.add(tag);
        for (const tag of was?.tags ?? []) if (!became.tags.includes(tag)) known.removed.add(tag);
        tags.set(key, known);
      }
    }
  const found: string[] = [];
  for (const [key, row] of sides.a.now) {
    // Two records that both counted before they were linked: no sum of theirs is meant.
    if (removed.has(key) || (early.a.has(key) && early.b.has(key))) continue;
    if (!hub.wasAsked(key, 'n') && row.n !== counts.get(key))
      found.push(`${key}.n is ${String(row.n)}, ${String(counts.get(key))} was counted`);
    const { added, removed: gone } = tags.get(key) ?? { added: new Set(), removed: new Set() };
    const expected = [...added].filter((tag) => !gone.has(tag)).sort();
    if (!hub.wasAsked(key, 'tags') && [...row.tags].sort().join() !== expected.join())
      found.push(`${key}.tags are ${row.tags.join()}, expected ${expected.join()}`);
  }
  return found;
}

/** No write that changes nothing, and none that mixes the columns of a group. */
function needless(sides: Readonly<Record<SideName, Side>>): string[] {
  return (['a', 'b'] as const).flatMap((side) =>
    sides[side].changes.flatMap(({ by, op, key, pos, was, became }) => {
      if (by !== 'accord' || op !== 'UPDATE') return [];
      if (JSON.stringify(was) === JSON.stringify(became))
        return [`a write of ${key} on ${side} changed nothing (${String(pos)})`];
      return String(textOf(became, 'place')).startsWith('mixed')
        ? [`${key} on ${side}: ${String(textOf(became, 'place'))}`]
        : [];
    }),
  );
}
