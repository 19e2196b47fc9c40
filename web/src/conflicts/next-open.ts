import type { ConflictSummary } from '../api/types';
import type { Mark } from './review-session';

/** The next conflict that waits for this person: first those below, then from the top. */
export function nextOpen(
  rows: readonly ConflictSummary[],
  marks: ReadonlyMap<string, Mark>,
  id: string,
): ConflictSummary | null {
  const at = rows.findIndex((row) => row.id === id);
  const waits = (row: ConflictSummary) => row.id !== id && row.state === 'open' && !marks.has(row.id);
  return rows.slice(at + 1).find(waits) ?? rows.slice(0, Math.max(at, 0)).find(waits) ?? null;
}
