import { dotText, vectorText } from '../../core/clock.js';
import { conflictKey } from '../../core/conflict.js';
import type { RecordResult } from '../../core/record.js';
import type { Unit } from '../../core/unit.js';
import type { Review, ReviewedHub } from './review.js';

interface TellingHub extends ReviewedHub {
  readonly review: Review;
}

/** Lineage of what was authored. */
export function tellAuthored({ store, review, switches, now }: TellingHub, result: RecordResult): void {
  for (const { key, outcome, before, after } of result.authored) {
    store.headAt.set(key, now);
    if (outcome.how === 'decision') review.carriedOut(before.decision?.id ?? '', before);
    if (!switches.lineageFollows) continue;
    store.told.push({
      at: now,
      kind: 'authored',
      unit: key,
      how: outcome.how,
      value: after.head.value,
      dot: dotText(after.head.dot),
      ctx: vectorText(after.head.ctx),
      over: outcome.overridden.map(({ version }) => version.value),
      decision: outcome.how === 'decision' ? (before.decision?.id ?? null) : null,
    });
  }
}

/** The conflicts that are shown follow what was derived. */
export function showConflicts(
  { store, review, switches, now }: TellingHub,
  units: ReadonlyMap<string, Unit>,
  result: RecordResult,
): void {
  for (const [key, conflict] of result.conflicts) {
    const text = conflictKey(conflict);
    review.screen(key, units.get(key) as Unit, conflict);
    if (store.conflicts.get(key) === text) continue;
    store.conflicts.set(key, text);
    const values = conflict.candidates.map(({ value }) => value);
    store.told.push({ at: now, kind: 'asked', unit: key, why: conflict.kind, key: text, values });
  }
  for (const key of store.conflicts.keys()) {
    if (result.conflicts.has(key)) continue;
    const decided = result.authored.some((one) => one.key === key && one.outcome.how === 'decision');
    if (!switches.conflictsFollow && !decided) continue;
    store.conflicts.delete(key);
    store.told.push({ at: now, kind: 'closed', unit: key });
  }
}
