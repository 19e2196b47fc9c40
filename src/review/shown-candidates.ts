import { holdsHead } from '../core/author.js';
import { covers, SIDES, type Side } from '../core/clock.js';
import type { StoredCandidate } from '../core/conflict-at-rest.js';
import { image, type Unit, type Version } from '../core/unit.js';

/**
 * What a person sees and may take by naming a side. `head` is shown as the value of the side that has not moved; a side without a
 * candidate shows what stands there, provided that it is no news: a value nobody was asked about is never part of what was shown.
 *
 * @param unit the registers; `null` when they are gone, or have moved on since the conflict was closed
 */
export function shownCandidates(
  stored: readonly StoredCandidate[],
  unit: Unit | null,
): readonly StoredCandidate[] {
  const own = stored.filter(({ key }) => key !== 'head');
  if (unit === null) return own;
  const head = stored.find(({ key }) => key === 'head');
  const added = SIDES.flatMap((side): StoredCandidate[] => {
    if (own.some((candidate) => candidate.side === side && candidate.key !== 'recovered')) return [];
    const standing = standingOn(unit, side, head);
    return standing === null ? [] : [standing];
  });
  return [...own, ...added].sort((x, y) => rank(x) - rank(y));
}

/** The versions that a decision has seen: those shown, and head, which any decision replaces. */
export function shownVersions(shown: readonly StoredCandidate[], unit: Unit): readonly Version[] {
  return [...shown, unit.head];
}

function standingOn(unit: Unit, side: Side, head: StoredCandidate | undefined): StoredCandidate | null {
  const img = image(unit, side);
  const key = side === 'A' ? 'a' : 'b';
  if (head !== undefined && covers(unit.head, img)) {
    return { ...unit.head, key, side, raw: holdsHead(unit, img) ? img.raw : undefined, base: undefined };
  }
  const seen = covers(unit.head, img) || (unit.decision !== null && covers(unit.decision, img));
  return seen ? { ...img, key, side, base: undefined } : null;
}

function rank({ key }: StoredCandidate): number {
  return key === 'a' ? 0 : key === 'b' ? 1 : 2;
}
