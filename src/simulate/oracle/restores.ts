import type { Evidence, RestoredFacts, SideName, Stood, ToldFacts, UnitFacts, Value } from './evidence.js';
import { text } from './text.js';

/** Rows that say what stands on a side. */
export const LOOKS: readonly string[] = ['observed', 'ambiguous', 'acknowledged', 'confirmed', 'restored'];

function lastLook(key: string, { told, at }: RestoredFacts, side: SideName): ToldFacts | undefined {
  return told.findLast(
    (row) =>
      row.unit === key &&
      row.side === side &&
      // The end of a write from before is learnt with the restore.
      (row.kind === 'acknowledged' || (row.at < at && LOOKS.includes(row.kind))),
  );
}

/** What the hub had last learnt of a side when something was set back, as far as it remembered. */
function learnt({ initial }: Evidence, { key }: UnitFacts, restore: RestoredFacts, side: SideName): Value {
  const last = lastLook(key, restore, side);
  return last === undefined ? initial[side][key] : last.value;
}

/**
 * It stood there when the side was set back, which took along whatever there was to read of how it had come to, and it was what the side was
 * known to say: nobody can take it for an edit.
 */
export function wasKnown(evidence: Evidence, unit: UnitFacts, { side, at, value }: Stood): boolean {
  return evidence.restored.some(
    (one) =>
      one.of === side &&
      one.at >= at &&
      [one.stood[side][unit.key], learnt(evidence, unit, one, side)].every(
        (said) => text(said) === text(value),
      ),
  );
}

/** It knew that the record was not there. */
export function knewDeleted(restore: RestoredFacts, side: SideName): boolean {
  return lastLook('$life', restore, side)?.value === 'deleted';
}

/** It had forgotten nothing of this: what it knows goes on. */
export function forgotNothing(evidence: Evidence, unit: UnitFacts, restore: RestoredFacts): boolean {
  return (['A', 'B'] as const).every(
    (side) => text(learnt(evidence, unit, restore, side)) === text(restore.stood[side][unit.key]),
  );
}

/**
 * No restore has had a say in it: the hub had read what its side said when that was set back, and the side is to get that back; or the hub
 * was set back, and had forgotten nothing of it.
 */
export function isUndisturbed(evidence: Evidence, unit: UnitFacts): boolean {
  return evidence.restored.every((one) => {
    const { of, how, at, stood } = one;
    const isRead = (side: SideName): boolean => {
      const look = lastLook(unit.key, one, side);
      const mine = evidence.stood.filter(
        (entry) => entry.unit === unit.key && entry.side === side && entry.at < at,
      );
      // What was learnt is older than the moment of learning it.
      const read =
        look === undefined ? -1 : mine.findLastIndex(({ value }) => text(value) === text(look.value));
      return read === mine.length - 1 && (mine.at(-1)?.at ?? 0) <= (look?.at ?? 0);
    };
    if (of === 'hub') {
      const isNew = (entry: Stood): boolean =>
        entry.unit === unit.key && one.backupAt < entry.at && entry.at < at;
      return forgotNothing(evidence, unit, one) && isRead('A') && isRead('B') && !evidence.stood.some(isNew);
    }
    return (
      isRead(of) &&
      (how === 'give-back' || text(learnt(evidence, unit, one, of)) === text(stood[of][unit.key]))
    );
  });
}
