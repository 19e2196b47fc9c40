export interface BackoffLimits {
  readonly firstMs: number;
  readonly mostMs: number;
  /** Never less than this; for what should not be tried again at once. */
  readonly leastMs?: number;
}

/**
 * How long to wait before attempt `failures + 1`, ms: evenly drawn between 0 and an exponentially growing ceiling ("full jitter",
 * AWS Architecture Blog, "Exponential Backoff And Jitter"), so that many that failed together do not come back together.
 *
 * @param failures from 1
 */
export function fullJitter(
  failures: number,
  { firstMs, mostMs, leastMs = 0 }: BackoffLimits,
  random: () => number = Math.random,
): number {
  const ceiling = Math.min(mostMs, firstMs * 2 ** Math.min(failures - 1, 30));
  return Math.max(leastMs, Math.ceil(random() * ceiling));
}
