import type { ScoredRule } from './scored-rule.js';

/** Two records that may be the same, with what speaks for it. */
export interface ScoredPair {
  readonly a: string;
  readonly b: string;
  readonly points: number;
}

export interface Assignment<Pair extends ScoredPair> {
  readonly links: readonly Pair[];
  /** For a person: pairs of which neither record was linked, best first. */
  readonly questions: readonly Pair[];
}

/**
 * Gives each record at most one partner, the best pairs first. Two are linked when enough speaks for it and nobody else who is still
 * free comes near; otherwise it is a question, and so is whatever else the two could have been linked with. Pure; in time n log n.
 *
 * @param pairs those with at least `review` points, in any order
 */
export function assign<Pair extends ScoredPair>(
  { auto, margin }: Pick<ScoredRule, 'auto' | 'margin'>,
  pairs: readonly Pair[],
): Assignment<Pair> {
  const sorted = [...pairs].sort(bestFirst);
  const ofA = groupBy(sorted, (pair) => pair.a);
  const ofB = groupBy(sorted, (pair) => pair.b);
  const taken = { a: new Set<string>(), b: new Set<string>() };
  const doubtful = { a: new Set<string>(), b: new Set<string>() };
  const links: Pair[] = [];
  for (const pair of sorted) {
    if (pair.points < auto) break;
    if (taken.a.has(pair.a) || taken.b.has(pair.b)) continue;
    const doubted = doubtful.a.has(pair.a) || doubtful.b.has(pair.b);
    const near = (other: Pair): boolean =>
      other !== pair && other.points > pair.points - margin && !taken.a.has(other.a) && !taken.b.has(other.b);
    if (doubted || ofA.get(pair.a)?.some(near) === true || ofB.get(pair.b)?.some(near) === true) {
      doubtful.a.add(pair.a);
      doubtful.b.add(pair.b);
      continue;
    }
    taken.a.add(pair.a);
    taken.b.add(pair.b);
    links.push(pair);
  }
  return { links, questions: sorted.filter((pair) => !taken.a.has(pair.a) && !taken.b.has(pair.b)) };
}

function bestFirst(x: ScoredPair, y: ScoredPair): number {
  return y.points - x.points || compareText(x.a, y.a) || compareText(x.b, y.b);
}

function compareText(x: string, y: string): number {
  return x < y ? -1 : x > y ? 1 : 0;
}

function groupBy<Pair>(
  pairs: readonly Pair[],
  key: (pair: Pair) => string,
): ReadonlyMap<string, readonly Pair[]> {
  const groups = new Map<string, Pair[]>();
  for (const pair of pairs) {
    const known = groups.get(key(pair));
    if (known === undefined) groups.set(key(pair), [pair]);
    else known.push(pair);
  }
  return groups;
}
