import { entirelyAfter, type Stamp, type StampDoubt } from '../stamp.js';
import type { Candidate } from '../conflict.js';

export type Newest =
  | { readonly kind: 'winner'; readonly winner: Candidate; readonly why: string }
  | { readonly kind: 'tie'; readonly why: string };

const DOUBTS: Readonly<Record<StampDoubt, string>> = {
  ahead: 'one of the edits is dated in the future, so its clock says nothing about which is newer',
  bulk: 'one of the edits changed many records at the same moment, as an import or a migration does',
};

/**
 * The candidate whose edit certainly happened after all others (semantics §5). Asked only among causally concurrent versions.
 * Refuses rather than guesses: intervals that overlap, a missing or doubtful stamp, a recovered write or a decision among the
 * candidates.
 */
export function newest(candidates: readonly Candidate[], skewMs: number): Newest {
  if (candidates.some((c) => c.key === 'recovered' || c.key === 'decision'))
    return { kind: 'tie', why: 'one of the values has no time of its own' };
  const stamps = candidates.map((c) => c.stamp);
  if (stamps.some((stamp) => stamp === null))
    return { kind: 'tie', why: 'it is not known when one of the edits was made' };
  const doubt = stamps.find((stamp) => stamp?.[2] !== undefined)?.[2];
  if (doubt !== undefined) return { kind: 'tie', why: DOUBTS[doubt] };
  for (const [i, candidate] of candidates.entries()) {
    const stamp = stamps[i] as Stamp;
    const latest = stamps.every((other, j) => i === j || entirelyAfter(stamp, other as Stamp, skewMs));
    if (latest) return { kind: 'winner', winner: candidate, why: 'it was made last' };
  }
  return { kind: 'tie', why: 'the edits were made too close together to say which is newer' };
}
