import type { Conflict } from '../api/types';
import { strings } from '../strings';

/** What is different between the conflict that was shown and the one that is there now, in sentences. */
export function whatChanged(shown: Conflict, current: Conflict): readonly string[] {
  const words = strings.card.stale;
  const changes: string[] = [];
  const before = new Map(shown.candidates.map((candidate) => [candidate.key, candidate]));
  for (const candidate of current.candidates) {
    const earlier = before.get(candidate.key);
    before.delete(candidate.key);
    if (!earlier) changes.push(words.appeared(candidate.label));
    else if (JSON.stringify(earlier.value) !== JSON.stringify(candidate.value))
      changes.push(words.changed(candidate.label));
  }
  for (const gone of before.values()) changes.push(words.gone(gone.label));
  if (current.state !== shown.state) {
    changes.push(words.state(strings.conflicts.states[current.state].toLowerCase()));
  }
  return changes.length === 0 ? [words.nothing] : changes;
}
