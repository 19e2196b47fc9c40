import type { Evidence, SideName, Stood, ToldFacts, UnitFacts, Violation } from './evidence.js';
import { Knowledge } from './knowledge.js';
import { knewDeleted } from './restores.js';
import { wasShown } from './shown.js';
import { blank, text } from './text.js';
import { isLeftBlank, wasLeftBlank } from './waiting.js';

/**
 * P2: for every value that a write of the hub replaced, the lineage has it, and whoever made the new value had seen it, or it is named
 * as having given way. On a side that is written blindly it may be replaced first and found afterwards; then it must have come back to
 * somebody's attention by the end.
 */
export function p2NoSilentLoss(evidence: Evidence): Violation[] {
  const found: Violation[] = [];
  for (const unit of evidence.units) {
    const covered: Stood[] = [];
    const knowledge = new Knowledge(evidence, unit, true, (entry, known) => {
      // A merge takes edits in without replacing them; P4 counts those.
      if (unit.merge !== null) return;
      if (evidence.linked && blank(entry.before)) return;
      if (wentUnread(evidence, entry)) return;
      // Made without what it points to as long as that is not there: it goes on to wait, or is told later.
      if (isLeftBlank(unit, entry) || wasLeftBlank(evidence, unit, entry.side, entry.at)) return;
      if (!known.knows(entry.value, entry.before) && !gaveWay(evidence, entry)) covered.push(entry);
    });
    const mentioned = mentionedValues(evidence, unit);
    for (const entry of covered) {
      const blind = evidence.sides[entry.side].tier === 'T3';
      if (blind && mentioned.has(text(entry.before)) && cameBack(evidence, unit, entry, knowledge)) continue;
      const said = `${text(entry.value)} replaced ${text(entry.before)} on ${entry.side}, whose maker nobody asked`;
      found.push({ property: 'P2', unit: unit.key, said });
    }
    if (unit.merge !== null) continue;
    for (const entry of evidence.stood) {
      if (entry.unit !== unit.key || entry.by !== 'hub' || mentioned.has(text(entry.before))) continue;
      if (wentUnread(evidence, entry)) continue;
      if (wasLeftBlank(evidence, unit, entry.side, entry.at)) continue;
      if (text(entry.before) === text(entry.value) || (entry.anew && !evidence.sides[entry.side].complete))
        continue;
      const said = `${text(entry.before)} stood on ${entry.side}, was replaced, and is in no lineage`;
      found.push({ property: 'P2', unit: unit.key, said });
    }
  }
  return found;
}

/**
 * Since the hub wrote there last, it was named as having given way to something: whatever comes later need not know it. A value that was
 * left and came back in between is the same to everybody but the journal.
 */
export function gaveWay(
  { stood, told, sides, restored }: Evidence,
  { unit, side, before, at }: Pick<Stood, 'unit' | 'side' | 'before' | 'at'>,
): boolean {
  const value = text(before);
  // What was written there since the backup has gone with the restore, or is not known any more.
  const isUndone = (write: Stood): boolean =>
    restored.some(
      (one) =>
        (one.of === side || one.of === 'hub') &&
        one.backupAt < write.at &&
        write.at <= one.at &&
        one.at <= at,
    );
  let since = -Infinity;
  // Where nobody can tell whether a write had arrived, going back to what stood before it looks like a write that never did.
  for (const one of sides[side].exact ? stood : [])
    if (one.unit === unit && one.side === side && one.at < at && one.by === 'hub' && !isUndone(one))
      since = one.at;
  return told.some(
    (row) =>
      wasGivenUp(row, unit, side, at, value) ||
      (row.kind === 'authored' &&
        row.unit === unit &&
        row.at >= since &&
        row.at <= at &&
        (row.how !== 'decision' || wasShown(told, row.decision, value)) &&
        (row.over ?? []).some((lost) => text(lost) === value)),
  );
}

/**
 * Somebody deleted it with the record before it had been read, and what there was to read went with a restore: of the side, or of the hub,
 * which does not read again what it had been further on than.
 */
export function wentUnread({ restored, lives }: Evidence, { anew, side, unit, before, at }: Stood): boolean {
  if (!anew) return false;
  // A restore took the record away, as far as anybody could tell, with all that it said; P14 tells whether that is heard of again.
  const went = lives.findLast((life) => life.side === side && life.did === 'delete' && life.at < at);
  const took = restored.some(
    (one) =>
      one.of === side &&
      one.how === 'give-back' &&
      one.at <= at &&
      (went?.at ?? Infinity) <= one.at &&
      !knewDeleted(one, side),
  );
  if (took) return true;
  return restored.some(
    (one) =>
      (one.of === 'hub' || one.of === side) &&
      one.at <= at &&
      !one.told.some(
        (row) =>
          row.kind === 'observed' &&
          row.unit === unit &&
          row.side === side &&
          text(row.value) === text(before),
      ) &&
      lives.some((life) => life.side === side && life.did === 'delete' && life.at <= one.at),
  );
}

/** The side was set back, and whoever let it get back what is known gave up what it showed; the lineage has it. */
export function wasGivenUp(row: ToldFacts, unit: string, side: SideName, at: number, value: string): boolean {
  return (
    row.kind === 'restored' &&
    row.unit === unit &&
    row.side === side &&
    row.at <= at &&
    text(row.value) === value
  );
}

function mentionedValues({ told, initial, sides }: Evidence, { key }: UnitFacts): ReadonlySet<string> {
  const values = new Set<string>();
  const add = (value: unknown): void => {
    values.add(text(value));
    // What a side made of a value of ours.
    for (const side of ['A', 'B'] as const) values.add(text(sides[side].form(key, value)));
  };
  add(initial.A[key]);
  add(initial.B[key]);
  for (const row of told) {
    if (row.unit !== key) continue;
    if ('value' in row) add(row.value);
    for (const value of row.over ?? []) add(value);
  }
  return values;
}

/** It stands or stood again later, something later was made by one who knew it, or a person is being asked about it. */
function cameBack(evidence: Evidence, unit: UnitFacts, entry: Stood, knowledge: Knowledge): boolean {
  const later = evidence.stood.filter((one) => one.unit === unit.key && one.at > entry.at);
  if (later.some((one) => knowledge.knows(one.value, entry.before))) return true;
  // It is kept while the record's existence is open, and whoever settles that is told of an edit.
  if (evidence.rest[evidence.rest.length - 1]?.lifeOpen === true) return true;
  if (evidence.told.some((row) => row.unit === '$life' && row.why === 'delete-vs-edit' && row.at >= entry.at))
    return true;
  const rows = evidence.told.filter((row) => row.unit === unit.key && row.at >= entry.at);
  return rows.some(
    (row) =>
      (row.kind === 'asked' && (row.values ?? []).some((value) => text(value) === text(entry.before))) ||
      (row.kind === 'authored' && knowledge.knows(row.value, entry.before)),
  );
}
