import type { Evidence, LifeFacts, SideName, Stood, UnitFacts, Violation } from './evidence.js';
import { gaveWay } from './p2-no-silent-loss.js';
import { blank, text } from './text.js';

/**
 * P2, for whole records: the hub deletes a record on one side only if whoever deleted it on the other had seen what stands in it, or a
 * person decided so, or the policy says that edits do not matter.
 */
export function p2NoBlindDelete(evidence: Evidence): Violation[] {
  if (evidence.deleteVsEdit === 'delete') return [];
  return evidence.lives
    .filter(({ did, by }) => did === 'delete' && by === 'hub')
    .flatMap((gone) => evidence.units.flatMap((unit) => unseen(evidence, unit, gone)));
}

function unseen(evidence: Evidence, unit: UnitFacts, { at, side }: LifeFacts): Violation[] {
  // Where the sides differ on purpose, or merge what they have, the deleted value need not have stood on the other.
  // Nor where nobody can tell whether a write had arrived: going back to what stood before it is not noticed there.
  if (unit.merge !== null || unit.direction !== 'both' || unit.foreign === 'ignore') return [];
  const decided = evidence.told.some(
    (row) => row.kind === 'decided' && row.unit === '$life' && row.value === 'deleted' && row.at <= at,
  );
  // What it points to got another id there, and the database followed: nobody has edited that.
  const isEdit = ({ before, value, anew }: Stood): boolean =>
    !unit.reference || anew || text(before) !== text(value);
  const here = evidence.stood.filter(
    (one) => one.unit === unit.key && one.side === side && one.at < at && isEdit(one),
  );
  const last = here[here.length - 1];
  if (!evidence.sides[side].exact && here.some(({ by }) => by === 'hub')) return [];
  if (last !== undefined && isMarkedAgain(evidence, last, at)) return [];
  if (decided || last === undefined || last.by === 'hub' || last.by === 'restore') return [];
  // Of two records that share no past a blank one has nothing to say.
  if (evidence.linked && blank(last.value)) return [];
  if (!evidence.sides[side].deletesAsKnown && last.at > decidedAt(evidence, side, at)) {
    // Typed between the last look and the deletion. Where a history is kept, that still tells of it.
    const isTold = evidence.told.some((row) => row.unit === unit.key && text(row.value) === text(last.value));
    if (isTold || !evidence.sides[side].complete) return [];
  }
  if (gaveWay(evidence, { unit: unit.key, side, before: last.value, at })) return [];
  const other: SideName = side === 'A' ? 'B' : 'A';
  const shown = [
    evidence.initial[other][unit.key],
    ...evidence.stood
      .filter((one) => one.unit === unit.key && one.side === other && one.at < at)
      .map(({ value }) => value),
  ];
  const wanted = [last.value, evidence.sides[other].form(unit.key, last.value)].map(text);
  if (shown.some((value) => wanted.includes(text(value)))) return [];
  const said = `${text(last.value)} was deleted on ${side} with the record; it never reached ${other}, where that was deleted`;
  return [{ property: 'P2', unit: unit.key, said }];
}

/**
 * It was in a row that somebody had marked as deleted. That the mark was taken away was undone, or came of a backup that the side was set
 * back to: it stands there, marked as it was.
 */
function isMarkedAgain({ told, lives, restored }: Evidence, typed: Stood, at: number): boolean {
  const { side } = typed;
  const before = lives.findLast((one) => one.side === side && one.at <= typed.at);
  const gone = lives.find((one) => one.side === side && one.at === at);
  const wasMarked =
    before?.did === 'delete' ||
    lives.some(
      (one) =>
        one.side === side && one.did === 'delete' && one.by !== 'hub' && typed.at <= one.at && one.at < at,
    );
  const isUndo = told.some(
    (row) =>
      row.kind === 'gives-back' &&
      row.unit === '$life' &&
      row.side === side &&
      row.value === 'deleted' &&
      row.at <= at,
  );
  const isRestored = restored.some(
    (one) => one.of === side && one.how === 'give-back' && typed.at <= one.at && one.at <= at,
  );
  return gone?.how === 'mark' && wasMarked && (isUndo || isRestored);
}

/**
 * When it was decided on, by the pipeline or a person, that the record is deleted. What was decided while the deletion was on its way is
 * not what it was made for: which one that was, the hub says once it learns of its end.
 */
function decidedAt({ told }: Evidence, side: SideName, at: number): number {
  const ways = ['authored', 'gives-back'];
  const rows = told.filter(
    (row) => ways.includes(row.kind) && row.unit === '$life' && row.value === 'deleted' && row.at <= at,
  );
  const ended = told.find(
    (row) =>
      row.kind === 'acknowledged' &&
      row.unit === '$life' &&
      row.side === side &&
      row.value === 'deleted' &&
      row.at >= at,
  );
  return (rows.find(({ dot }) => dot === ended?.dot) ?? rows[rows.length - 1])?.at ?? -Infinity;
}
