import type {
  Evidence,
  RestFacts,
  SideName,
  Stood,
  ToldFacts,
  UnitFacts,
  Value,
  Violation,
} from './evidence.js';
import { wasGivenUp } from './p2-no-silent-loss.js';
import { wasKnown } from './restores.js';
import { text } from './text.js';

/** Rows that say what stands on a side; the first two say that somebody put it there. */
const EDITS: readonly string[] = ['observed', 'ambiguous'];
const LOOKS: readonly string[] = [...EDITS, 'acknowledged', 'confirmed'];

/**
 * P5, of what is taken back: as long as nobody has decided anew, each side that was not edited since the decision shows what stood there
 * before the decision was written; by the side's own journal.
 */
export function p5Undone(evidence: Evidence): Violation[] {
  return [...givenBack(evidence), ...evidence.units.flatMap((unit) => writtenOver(evidence, unit))];
}

function givenBack(evidence: Evidence): Violation[] {
  return evidence.rest
    .filter(
      (moment) => moment.reached && !moment.ended && !moment.lifeOpen && moment.alive.A && moment.alive.B,
    )
    .flatMap((moment) => evidence.units.flatMap((unit) => ofUnit(evidence, unit, moment)));
}

function ofUnit(evidence: Evidence, unit: UnitFacts, moment: RestFacts): Violation[] {
  const told = evidence.told.filter((row) => row.unit === unit.key && row.at <= moment.at);
  const at = told.findLastIndex(
    ({ kind, sides }) => kind === 'undone' && sides !== null && sides !== undefined,
  );
  if (at < 0 || told.slice(at).some(({ kind }) => kind === 'authored')) return [];
  const decision = told.find((row) => row.kind === 'authored' && row.decision === told[at]?.id);
  if (decision === undefined || moment.registers[unit.key]?.blocked === true) return [];
  if (isForgotten(evidence, decision)) return [];
  const isOpen = unit.key in moment.conflicts;
  // Decided anew, and waiting for what it is held together with.
  if (!isOpen && told.slice(at).some(({ kind }) => kind === 'decided')) return [];
  const missing = isOpen ? [] : [fault(unit, 'was undone, and nobody is asked')];
  const wrong = (['A', 'B'] as const).flatMap((side) => {
    const wanted = heldBefore(evidence, unit, side, decision, told);
    const value = moment.values[side][unit.key];
    // What a trigger of the side had put there is given back by a write, and the side makes of that what it does.
    const form = evidence.sides[side].form(unit.key, wanted?.value);
    const fits = wanted === undefined || [wanted.value, form, ...stillComing(evidence, unit, side, decision)];
    return fits === true || fits.some((one) => text(one) === text(value))
      ? []
      : [fault(unit, `was undone: ${side} shows ${text(value)}, and had ${text(wanted?.value)}`)];
  });
  return [...missing, ...wrong];
}

/** A hub that was set back since does not know all of what it had given back, nor on what it had been decided. */
function isForgotten({ restored }: Evidence, { at }: ToldFacts): boolean {
  return restored.some((one) => one.of === 'hub' && one.at >= at);
}

/** What was to be written there before the decision and had not arrived: that stands, whoever takes the decision back. */
function stillComing(
  { told, sides }: Evidence,
  unit: UnitFacts,
  side: SideName,
  decision: ToldFacts,
): readonly Value[] {
  const rows = told.slice(0, told.indexOf(decision)).filter((row) => row.unit === unit.key);
  const last = rows.findLast(
    ({ kind, side: of }) => kind === 'authored' || (kind === 'gives-back' && of === side),
  );
  return last === undefined ? [] : [last.value, sides[side].form(unit.key, last.value)];
}

/** What somebody typed since the decision is not written over because that is undone. */
function writtenOver(evidence: Evidence, unit: UnitFacts): Violation[] {
  const { told, stood, sides } = evidence;
  const rows = told.filter((row) => row.unit === unit.key);
  return rows.flatMap((undone, i) => {
    const decision = rows.find((row) => row.kind === 'authored' && row.decision === undone.id);
    if (undone.kind !== 'undone' || decision === undefined || isForgotten(evidence, decision)) return [];
    const until = rows.slice(i).find(({ kind }) => kind === 'authored')?.at ?? Infinity;
    const made = rows
      .slice(rows.indexOf(decision), i)
      .flatMap((row) => (row.kind === 'authored' ? [row.value] : []));
    return (['A', 'B'] as const).flatMap((side) => {
      // Written blindly, it is found afterwards, and among the choices then.
      if (sides[side].tier === 'T3') return [];
      const mine = stood.filter((one) => one.unit === unit.key && one.side === side);
      return mine.flatMap((write, n) => {
        const before = mine[n - 1];
        const typed =
          before !== undefined && before.by !== 'hub' && before.by !== 'restore' && before.at > decision.at;
        // A write from before the undo, still on its way: its condition held, whatever stood there in between.
        const decided = made.some((value) => text(write.value) === text(sides[side].form(unit.key, value)));
        // A record that was deleted with the edit in it is made anew without.
        const here = write.by === 'hub' && !write.anew && write.at > undone.at && write.at <= until;
        if (!here || !typed || decided || text(before.value) === text(decision.value)) return [];
        if (isUnseen(evidence, decision, before, write) || wasKnown(evidence, unit, before)) return [];
        if (rows.some((row) => wasGivenUp(row, unit.key, side, write.at, text(before.value)))) return [];
        return [fault(unit, `was undone: ${text(before.value)}, typed on ${side} since, was written over`)];
      });
    });
  });
}

/**
 * Where only some of the values that stood are read, nobody can tell that a value was typed if it is what stood at the look before, or,
 * where writes cannot be told from edits, what was to be written there.
 */
function isUnseen(
  { told, stood, sides, initial }: Evidence,
  decision: ToldFacts,
  typed: Stood,
  write: Stood,
): boolean {
  const { side, unit } = typed;
  const { complete, exact } = sides[side];
  if (complete) return false;
  const looks = told.filter(
    (row) => row.unit === unit && row.side === side && row.at < write.at && LOOKS.includes(row.kind),
  );
  if (looks.some((row) => EDITS.includes(row.kind) && row.at > decision.at)) return false;
  const last = looks.at(-1);
  const known = last === undefined ? initial[side][unit] : last.value;
  const stands = (value: Value): boolean => text(sides[side].form(unit, value)) === text(typed.value);
  if (!stands(known)) return false;
  const before = stood.filter((one) => one.unit === unit && one.side === side && one.at < typed.at);
  return !exact || stands(initial[side][unit]) || before.some(({ value }) => stands(value));
}

/** `undefined`: it was edited since, or nobody can say what it had. */
function heldBefore(
  { stood, sides, lives, restored }: Evidence,
  unit: UnitFacts,
  side: SideName,
  decision: ToldFacts,
  told: readonly ToldFacts[],
): { readonly value: Value } | undefined {
  const mine = (one: Stood): boolean => one.unit === unit.key && one.side === side;
  const since = stood.filter((one) => mine(one) && one.at > decision.at);
  if (since.some(({ by }) => by !== 'hub')) return undefined;
  // What it showed then was given up, whether it differed from what it had shown or not.
  if (restored.some((one) => one.of === side && one.at > decision.at)) return undefined;
  if (lives.some((one) => one.side === side && one.at > decision.at)) return undefined;
  const rows = told.filter((row) => row.at >= decision.at);
  // An edit from before the decision that became known later, or one that nobody can tell from a write of ours, counts as newer.
  if (rows.some((row) => row.side === side && (row.kind === 'observed' || row.kind === 'ambiguous')))
    return undefined;
  if (sides[side].tier === 'T3' && told.some(({ kind }) => kind === 'recovered' || kind === 'landed-again'))
    return undefined;
  // A write from before the decision whose end was not known yet: what stood there then is not said.
  const ours = new Set([
    decision.dot,
    ...rows.flatMap(({ kind, dot }) => (kind === 'gives-back' || kind === 'authored' ? [dot] : [])),
  ]);
  if (rows.some((row) => row.side === side && row.kind === 'acknowledged' && !ours.has(row.dot)))
    return undefined;
  // Typed by somebody who happened to want the same: where writes cannot be told from edits, it counts as written.
  const typed = stood.filter((one) => mine(one) && one.at <= decision.at).at(-1);
  if (!sides[side].exact && typed?.by === 'user' && text(typed.value) === text(decision.value))
    return undefined;
  // It lacked what stood, since it had been set back, and had still to be given it.
  const before = stood.filter((one) => mine(one) && one.at <= decision.at).at(-1);
  if (restored.some((one) => one.of === side && one.at <= decision.at && one.at >= (before?.at ?? 0)))
    return undefined;
  const first = since[0];
  if (first !== undefined) return { value: first.before };
  const last = stood.filter(mine).at(-1);
  return last === undefined ? undefined : { value: last.value };
}

function fault(unit: UnitFacts, said: string): Violation {
  return { property: 'P5', unit: unit.key, said };
}
