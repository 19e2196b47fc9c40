import type { GiveBack, Unit } from '../../core/unit.js';

/** What sides refused of these units is tried once more. False: they refused nothing. */
export function tryAgain(units: Map<string, Unit>, keys: readonly string[]): boolean {
  const refused = keys.flatMap((key) => {
    const unit = units.get(key);
    return unit === undefined || unit.blocked === null ? [] : [[key, unit] as const];
  });
  for (const [key, unit] of refused) units.set(key, triedAgain(unit));
  return refused.length > 0;
}

/** What a side refused is tried once more, as the service does it: also what it would not take back after an undo. */
function triedAgain(unit: Unit): Unit {
  const { contest } = unit;
  if (contest?.undone === undefined) return { ...unit, blocked: null };
  const { A, B } = contest.undone;
  const undone = { ...contest.undone, A: notRefused(A), B: notRefused(B) };
  return { ...unit, blocked: null, contest: { ...contest, undone } };
}

function notRefused(back: GiveBack | null): GiveBack | null {
  return back === null ? null : { ...back, refused: false };
}
