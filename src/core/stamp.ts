/**
 * When an edit was made, in hub time, as the interval it certainly lies in (milliseconds since the epoch). A side's clock is coarse
 * and skewed, and a record-level stamp is only an upper bound for one field: an interval says how much is known, a point would lie.
 */
export type Stamp = readonly [lo: number, hi: number];

/** True when `x` lies wholly after `y`, with at least `skew` ms between them. */
export function entirelyAfter(x: Stamp, y: Stamp, skew: number): boolean {
  return x[0] > y[1] + skew;
}
