import type { Conflict, Sibling } from '../api/types';

/** What is decided along when all of the record is: the other open fields. Whether the record exists at all is a question of its own. */
export function sameRecord(conflict: Conflict): readonly Sibling[] {
  if (conflict.match !== null || conflict.unit === '$life' || conflict.record === null) return [];
  return conflict.others.filter(({ unit, state }) => unit !== '$life' && state === 'open');
}
