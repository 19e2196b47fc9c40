import type { GiveBack, Unit } from '../../core/unit.js';

/** What a side refused is tried once more, as the service does it: also what it would not take back after an undo. */
export function triedAgain(unit: Unit): Unit {
  const { contest } = unit;
  if (contest?.undone === undefined) return { ...unit, blocked: null };
  const { A, B } = contest.undone;
  const undone = { ...contest.undone, A: notRefused(A), B: notRefused(B) };
  return { ...unit, blocked: null, contest: { ...contest, undone } };
}

function notRefused(back: GiveBack | null): GiveBack | null {
  return back === null ? null : { ...back, refused: false };
}
