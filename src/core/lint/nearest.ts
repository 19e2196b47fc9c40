import leven from 'leven';

/** The name that was probably meant: at most a third of its letters away. `null` when none is near. */
export function nearest(name: string, names: readonly string[]): string | null {
  let best: string | null = null;
  let least = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of names) {
    const distance = leven(name.toLowerCase(), candidate.toLowerCase(), { maxDistance: least });
    if (distance >= least) continue;
    least = distance;
    best = candidate;
  }
  return best;
}
