import { decide } from './decide.js';
import { withoutGuard } from './guard.js';
import { LIFE } from './plan.js';
import type { Author, Unit } from './unit.js';

/**
 * A person has answered that what a guard holds is not to happen: the value that the other side still has stands, as their decision, and
 * is given back to the side whose operation was held; a record that was deleted there is made again.
 */
export function takeBack(
  key: string,
  held: Unit,
  { id, by, now }: { readonly id: string; readonly by: Author; readonly now: number },
): Unit {
  const unit = withoutGuard(held);
  const { blocked } = held;
  if (blocked === null) return unit;
  const value = (blocked.side === 'A' ? unit.A : unit.B).value;
  if (key === LIFE && value === 'deleted') return unit;
  return decide(unit, { id, value, shown: [unit.A, unit.B, unit.head], by, dueAt: now });
}
