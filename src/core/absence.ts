/** How many records may be found missing at once: the greater of a number and a share of those that are linked. */
export interface AbsenceGuard {
  readonly maxCount: number;
  readonly maxPercent: number;
}

export const ABSENCE_GUARD: AbsenceGuard = { maxCount: 20, maxPercent: 2 };

export function mostAbsent(linked: number, guard: AbsenceGuard): number {
  return Math.max(guard.maxCount, Math.floor((linked * guard.maxPercent) / 100));
}

/**
 * A table that was emptied or restored, a right that was taken away and a filter look like deletions. So many missing at once, or fewer
 * than half of a side's records still there, are for a person to look at; unless the guard was raised beyond that on purpose.
 */
export function tooManyAbsent(linked: number, missing: number, guard: AbsenceGuard): boolean {
  const fewLeft = guard.maxPercent < 50 && (linked - missing) * 2 < linked;
  return missing > mostAbsent(linked, guard) || fewLeft;
}
