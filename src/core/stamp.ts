/**
 * When an edit was made, in hub time, as the interval it certainly lies in (milliseconds since the epoch). A side's clock is coarse
 * and skewed, and a record-level stamp is only an upper bound for one field: an interval says how much is known, a point would lie.
 */
export type Stamp = readonly [lo: number, hi: number, doubt?: StampDoubt];

/**
 * Why a stamp may be shown and not be decided by (semantics §5).
 *
 * - `ahead`: it lies further in the future than the clocks can differ.
 * - `bulk`: a migration or an import touched many records at once; when a person meant any one of them is not known.
 */
export type StampDoubt = 'ahead' | 'bulk';

/** How far a side's clock, once its known offset is taken off, may run ahead of ours beyond the error of measuring it. */
export const MOST_AHEAD_MS = 5_000;

/** More records than this with one modification time and author are not a person's work. */
export const MOST_AT_ONCE = 100;

/** The same stamp with what speaks against it. `claimed`: the earliest time that the side's own clock can have meant. */
export function withDoubt([lo, hi]: Stamp, claimed: number, now: number, bulk: boolean): Stamp {
  if (claimed > now + MOST_AHEAD_MS) return [lo, hi, 'ahead'];
  return bulk ? [lo, hi, 'bulk'] : [lo, hi];
}

/** ISO 8601; a time that no date can hold shows as the nearest that one can. */
export function isoTime(ms: number): string {
  return new Date(Math.min(Math.max(ms, -8.64e15), 8.64e15)).toISOString();
}

/** True when `x` lies wholly after `y`, with at least `skew` ms between them. */
export function entirelyAfter(x: Stamp, y: Stamp, skew: number): boolean {
  return x[0] > y[1] + skew;
}
