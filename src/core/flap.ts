/** One value a unit took, as a comparable key, with hub time in ms. */
export type Taken = readonly [key: string, at: number];

export interface FlapLimits {
  readonly flips: number;
  readonly windowMs: number;
}

/**
 * Whether taking `key` now makes the unit oscillate: within the window it revisits at most three distinct values at least `flips` times.
 * Echo suppression cannot stop two automations that rewrite each other, since theirs are genuine changes; this makes the writes finite.
 * Taking the value that already stands is nothing new. Returns the history to keep (bounded by `flips`).
 */
export function takeValue(
  history: readonly Taken[],
  key: string,
  now: number,
  limits: FlapLimits,
): { readonly history: readonly Taken[]; readonly fights: boolean } {
  const kept = history.filter(([, at]) => now - at <= limits.windowMs);
  if (kept[kept.length - 1]?.[0] === key) return { history: kept, fights: false };
  const next: readonly Taken[] = [...kept, [key, now] as const].slice(-(2 * limits.flips + 2));
  const seen = new Set<string>();
  let revisits = 0;
  for (const [value] of next) {
    if (seen.has(value)) revisits++;
    seen.add(value);
  }
  return { history: next, fights: seen.size <= 3 && revisits >= limits.flips };
}
