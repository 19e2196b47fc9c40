/**
 * How long to wait before attempt `failures + 1`, ms: evenly drawn between 0 and an exponentially growing ceiling ("full jitter",
 * AWS Architecture Blog, "Exponential Backoff And Jitter"), so that many that failed together do not come back together.
 */
export function fullJitter(
  failures: number,
  limits: { readonly firstMs: number; readonly mostMs: number },
  random: () => number = Math.random,
): number {
  const ceiling = Math.min(limits.mostMs, limits.firstMs * 2 ** Math.min(failures - 1, 30));
  return Math.ceil(random() * ceiling);
}
