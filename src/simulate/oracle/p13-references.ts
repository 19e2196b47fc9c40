import type { Evidence, PointedFacts, TargetFacts, UnitFacts, Violation } from './evidence.js';
import { text } from './text.js';

/** Rows that say what stands on a side. */
const MAKES_HEAD = ['authored', 'gives-back'];
const LOOKS = ['observed', 'ambiguous', 'acknowledged', 'confirmed', 'landed-again'];

/**
 * P13: what the hub writes into a reference is the id of a record that is there, and that somebody chose; what is pointed to is not deleted
 * without a person; and nobody is asked about records of which it cannot be told yet whether they are the same. That both sides come to mean the same, once what
 * they point to is there, is P1; that no choice is lost, P2.
 */
export function p13References(evidence: Evidence): Violation[] {
  const references = evidence.units.filter(({ reference }) => reference);
  return references.flatMap((unit) => [
    ...evidence.pointed.filter((one) => one.unit === unit.key).flatMap((one) => wrong(evidence, unit, one)),
    ...deletedUnder(evidence, unit),
    ...needlessQuestions(evidence, unit),
  ]);
}

function wrong(evidence: Evidence, unit: UnitFacts, pointed: PointedFacts): Violation[] {
  const { side, id, at, sentAt, asItWas } = pointed;
  const target = evidence.targets.find((one) => one.side === side && one.id === id);
  if (target === undefined || target.madeAt > at)
    return [fault(unit, `${id} was written on ${side}, where there is no such record`)];
  const gone = target.goneKnownAt ?? Infinity;
  // A person may want a side to keep what it says itself; of what was not linked, and had stood on that very side, nobody can tell.
  const decided = evidence.told.some(
    (row) =>
      row.unit === unit.key &&
      row.at >= gone &&
      text(row.value) === text(target.name) &&
      (row.kind === 'decided' || (MAKES_HEAD.includes(row.kind) && row.unlinked === true)),
  );
  if (gone < sentAt && !asItWas && !decided)
    return [fault(unit, `${id} was written on ${side}, where that record was known to be gone`)];
  if (chosen(evidence, unit, at).has(text(target.name))) return [];
  return [fault(unit, `${id} was written on ${side}: that is ${text(target.name)}, which nobody chose`)];
}

/** What people made it point to, on either side or by a decision, until then. */
function chosen({ initial, stood, told }: Evidence, { key }: UnitFacts, until: number): ReadonlySet<string> {
  const names = new Set([text(initial.A[key]), text(initial.B[key])]);
  for (const one of stood)
    if (one.unit === key && one.by !== 'hub' && one.at <= until) names.add(text(one.value));
  for (const row of told)
    if (row.unit === key && row.kind === 'decided' && row.at <= until) names.add(text(row.value));
  return names;
}

/** As far as the hub had read, the record pointed there when it decided to delete what it points to. */
function deletedUnder({ targets, told, lives, initial }: Evidence, unit: UnitFacts): Violation[] {
  return targets.flatMap(({ side, name, deletionDecidedAt: at }: TargetFacts) => {
    if (at === null || lives.some(({ did, at: when }) => did === 'delete' && when <= at)) return [];
    const last = told.findLast(
      (row) => row.unit === unit.key && row.side === side && row.at <= at && LOOKS.includes(row.kind),
    );
    // What it is to point to instead is on its way there.
    const moved = told.some(
      (row) =>
        row.unit === unit.key && row.at <= at && row.at >= (last?.at ?? 0) && MAKES_HEAD.includes(row.kind),
    );
    if (moved) return [];
    const value = last === undefined ? initial[side][unit.key] : last.value;
    return text(value) === text(name)
      ? [fault(unit, `${text(name)} was deleted on ${side}, and is pointed to there`)]
      : [];
  });
}

/** As long as neither side's record is linked, nobody can tell whether they are the same one. */
function needlessQuestions({ told }: Evidence, unit: UnitFacts): Violation[] {
  return told.flatMap((row) => {
    if (row.kind !== 'asked' || row.unit !== unit.key || !['value', 'tie'].includes(row.why ?? '')) return [];
    if (row.unlinked !== true) return [];
    const names = (row.values ?? []).map(text).join(' or ');
    return [fault(unit, `a person was asked for ${names}, of which none is linked`)];
  });
}

function fault(unit: UnitFacts, said: string): Violation {
  return { property: 'P13', unit: unit.key, said };
}
