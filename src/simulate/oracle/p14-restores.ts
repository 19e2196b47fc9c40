import type {
  Evidence,
  RestoredFacts,
  SideName,
  ToldFacts,
  UnitFacts,
  Value,
  Violation,
} from './evidence.js';
import { forgotNothing, knewDeleted, LOOKS } from './restores.js';
import { blank, text } from './text.js';

/**
 * P14: an edit that was open when its side was set back, and that the hub had read, is heard of again: it stands, is named as given way, or
 * a person is asked about it. And what both sides agree on when the hub itself was set back stands, whatever it remembers. That a side which
 * gets back what is known comes to show it is P1; that nothing newer is replaced by what a backup had, P2 and P3.
 */
export function p14Restores(evidence: Evidence): Violation[] {
  return evidence.restored.flatMap((one) =>
    evidence.units.flatMap((unit) =>
      one.of === 'hub' ? agreedStands(evidence, unit, one) : openEditsKept(evidence, unit, one, one.of),
    ),
  );
}

function openEditsKept(
  evidence: Evidence,
  unit: UnitFacts,
  restore: RestoredFacts,
  side: SideName,
): Violation[] {
  const { at, stood, how } = restore;
  // What it shows counts as typed over it by somebody who saw it.
  if (how === 'take') return [];
  // A merge takes what there is; P1 and P11 tell of that.
  if (unit.merge !== null) return [];
  const rows = evidence.told.filter((row) => row.unit === unit.key);
  const last = rows.findLast((row) => row.kind === 'observed' && row.side === side && row.at < at);
  if (last === undefined || text(stood[side][unit.key]) === text(last.value)) return [];
  // The record was not there, as was known: the restore took nothing away, and whoever makes it again types anew.
  if (knewDeleted(restore, side)) return [];
  const head = rows.findLast((row) => row.kind === 'authored' && row.at < at);
  const agreed = head === undefined ? evidence.initial[side][unit.key] : head.value;
  if (text(agreed) === text(last.value)) return [];
  // Of two records that share no past a blank one has nothing to say; nor has who went back to what was taken in.
  const took = rows.findLast(
    (row) => row.side === side && row.at <= (head?.at ?? -Infinity) && LOOKS.includes(row.kind),
  );
  const base = took === undefined ? evidence.initial[side][unit.key] : took.value;
  if ((evidence.linked && blank(last.value)) || (head !== undefined && text(base) === text(last.value)))
    return [];
  const settled = rows.some((row) => row.at >= last.at && row.at < at && row.kind === 'authored');
  const covered = rows.some(
    (row) =>
      row.side === side &&
      row.at > last.at &&
      row.at < at &&
      ['acknowledged', 'confirmed'].includes(row.kind),
  );
  const taken = rows.slice(rows.indexOf(last)).some((row) => row.at < at && speaksOf(row, last.value));
  if (settled || covered || (taken && !isAsked(rows, last.value, at))) return [];
  const later =
    rows.some((row) => row.at >= at && speaksOf(row, last.value)) ||
    // It was there for everybody to see, and whoever replaced it had it in view; or P2 tells of that.
    evidence.stood.some(
      (one) => one.unit === unit.key && one.at > at && text(one.value) === text(last.value),
    );
  if (later || isAsked(rows, last.value, Infinity) || stands(evidence, unit, last.value)) return [];
  const said = `${text(last.value)} was open on ${side} when that was set back, and was not heard of again`;
  return [{ property: 'P14', unit: unit.key, said }];
}

/** Made to stand, or named as given way, or shown to whoever decided. */
function speaksOf({ kind, value, over, shown, values }: ToldFacts, wanted: Value): boolean {
  const said = [
    ...(kind === 'authored' ? [value] : []),
    ...(over ?? []),
    ...(shown ?? []),
    ...(values ?? []),
  ];
  return said.some((one) => text(one) === text(wanted));
}

/** It is among the choices of a question that was open until then. */
function isAsked(rows: readonly ToldFacts[], wanted: Value, until: number): boolean {
  const last = rows.findLast((row) => row.at < until && (row.kind === 'asked' || row.kind === 'closed'));
  return last?.kind === 'asked' && (last.values ?? []).some((one) => text(one) === text(wanted));
}

function stands({ rest }: Evidence, { key }: UnitFacts, wanted: Value): boolean {
  const [first] = rest;
  // While it is open whether the record exists its fields wait, with all that is known of them.
  if (first === undefined || first.ended || first.lifeOpen) return true;
  return (['A', 'B'] as const).some((side) => text(first.values[side][key]) === text(wanted));
}

function agreedStands(evidence: Evidence, unit: UnitFacts, restore: RestoredFacts): Violation[] {
  const { at, stood } = restore;
  const [a, b] = [stood.A[unit.key], stood.B[unit.key]];
  const { form } = evidence.sides.A;
  if (a === undefined || b === undefined || text(a) !== text(b)) return [];
  const changed =
    evidence.stood.some((one) => one.unit === unit.key && one.at > at && one.by !== 'hub') ||
    evidence.lives.some((one) => one.at > at) ||
    evidence.told.some(
      (row) => row.unit === unit.key && row.at > at && (row.kind === 'decided' || row.how === 'decision'),
    );
  if (forgotNothing(evidence, unit, restore)) return [];
  const [first] = evidence.rest;
  if (changed || first?.reached !== true || first.ended || first.lifeOpen || !first.alive.A || !first.alive.B)
    return [];
  return (['A', 'B'] as const).flatMap((side) => {
    const value = first.values[side][unit.key];
    if (text(value) === text(a) || text(form(unit.key, value)) === text(a)) return [];
    const said = `both sides said ${text(a)} when the hub had been set back, and ${side} says ${text(value)}`;
    return [{ property: 'P14', unit: unit.key, said }];
  });
}
