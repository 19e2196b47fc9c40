import type { Evidence, Stood, ToldFacts, UnitFacts, Violation } from './evidence.js';
import { Knowledge } from './knowledge.js';
import { wasGivenUp, wentUnread } from './p2-no-silent-loss.js';
import { wasShown } from './shown.js';
import { blank, text } from './text.js';
import { isLeftBlank } from './waiting.js';

/**
 * Ways to a new value that need no policy: one side changed it, both say the same, somebody decided, a change was
 * taken back; or nobody edited anything: a reference is understood anew, a side was set back. */
const PLAIN = ['fast-forward', 'agreement', 'decision', 'void-cover', 'rebound', 'renamed'];

/** P5: what the hub does by itself is what the field's policy allows, and decisions are carried out as they were made. */
export function p5Policy(evidence: Evidence): Violation[] {
  return evidence.units.flatMap((unit) => [
    ...allowedWays(evidence, unit),
    ...ownersValue(evidence, unit),
    ...reallyNewer(evidence, unit),
    ...nothingUndated(evidence, unit),
    ...decisions(evidence, unit),
    ...decidedAsShown(evidence, unit),
    ...wholeGroups(evidence, unit),
  ]);
}

function allowedWays({ told }: Evidence, unit: UnitFacts): Violation[] {
  const allowed = [...PLAIN];
  if (unit.preferNonBlank) allowed.push('non-blank');
  if (unit.strategy === 'owner') allowed.push('owner', 'reassert');
  if (unit.strategy === 'newest') allowed.push('newest');
  if (unit.strategy === 'merge') allowed.push('merge');
  if (unit.strategy === 'rules') allowed.push('rule');
  return authored(told, unit)
    .filter((row) => !allowed.includes(row.how ?? ''))
    .map((row) =>
      fault(unit, `${text(row.value)} was made by "${row.how ?? ''}", which its policy does not do`),
    );
}

/** A value of the owner's is replaced by nobody who has not seen it, unless a person decided so. */
function ownersValue(evidence: Evidence, unit: UnitFacts): Violation[] {
  if (unit.strategy !== 'owner' || unit.repoliced || unit.owner === null) return [];
  const found: Violation[] = [];
  const { owner } = unit;
  const typed = new Set(
    evidence.stood
      .filter((one) => one.unit === unit.key && one.side === owner && isEdit(one))
      .map((one) => text(one.value)),
  );
  const blind = evidence.sides[owner].tier === 'T3';
  const check = (entry: Stood, known: Knowledge): void => {
    if (isLeftBlank(unit, entry) || wentUnread(evidence, entry)) return;
    const { side, at, before } = entry;
    if (evidence.told.some((row) => wasGivenUp(row, unit.key, side, at, text(before)))) return;
    if (blind || entry.side !== owner || !typed.has(text(entry.before))) return;
    if ((evidence.linked || unit.preferNonBlank) && blank(entry.before)) return;
    if (!known.knows(entry.value, entry.before))
      found.push(fault(unit, `${text(entry.value)} replaced the owner's ${text(entry.before)}`));
  };
  new Knowledge(evidence, unit, false, check);
  return found;
}

/** Who wins as the newest was typed last: by the true times, which the hub does not know. */
function reallyNewer({ told, stood, sides }: Evidence, unit: UnitFacts): Violation[] {
  if (unit.strategy !== 'newest' || unit.repoliced || unit.tie !== null) return [];
  const times = (value: unknown): number[] =>
    stood
      .filter((one) => one.unit === unit.key && isEdit(one) && text(one.value) === text(value))
      .map(({ at }) => at);
  return authored(told, unit)
    .filter(({ how }) => how === 'newest')
    .flatMap((row) => {
      const won = Math.max(...times(row.value));
      const older = (row.over ?? []).filter(
        (value) =>
          // The same value in a side's own form is no other value.
          text(sides.A.form(unit.key, value)) !== text(sides.A.form(unit.key, row.value)) &&
          text(sides.B.form(unit.key, value)) !== text(sides.B.form(unit.key, row.value)) &&
          times(value).length > 0 &&
          Math.min(...times(value)) > won,
      );
      return older.map((value) =>
        fault(unit, `${text(row.value)} won as the newest over ${text(value)}, which is newer`),
      );
    });
}

/** Nobody wins or loses as the newest by a time that says nothing. */
function nothingUndated({ told, stood }: Evidence, unit: UnitFacts): Violation[] {
  if (unit.strategy !== 'newest' || unit.repoliced || unit.tie !== null) return [];
  const typed = stood.filter((one) => one.unit === unit.key && isEdit(one));
  const isUndated = (value: unknown): boolean => {
    const same = typed.filter((one) => text(one.value) === text(value));
    return same.length > 0 && same.every((one) => one.undated);
  };
  return authored(told, unit)
    .filter(({ how }) => how === 'newest')
    .flatMap((row) => [row.value, ...(row.over ?? [])].filter(isUndated))
    .map((value) => fault(unit, `nobody can say when ${text(value)} was typed, and it was judged by that`));
}

function decisions({ told }: Evidence, unit: UnitFacts): Violation[] {
  const found: Violation[] = [];
  const decided = new Map<string, ToldFacts>();
  const undone = new Set<string>();
  const carriedOut = new Set<string>();
  for (const row of told) {
    if (row.unit !== unit.key) continue;
    if (row.kind === 'decided') decided.set(row.id ?? '', row);
    if (row.kind === 'undone') undone.add(row.id ?? '');
    if (row.kind !== 'authored' || row.how !== 'decision') continue;
    const id = row.decision ?? '';
    const decision = decided.get(id);
    if (decision === undefined) found.push(fault(unit, `${text(row.value)} was decided by nobody`));
    else if (text(decision.value) !== text(row.value))
      found.push(fault(unit, `not what was decided: ${text(row.value)}`));
    for (const lost of row.over ?? [])
      if (!wasShown(told, id, text(lost)))
        found.push(fault(unit, `decision ${id} replaced ${text(lost)}, which nobody had shown its maker`));
    if (carriedOut.has(id)) found.push(fault(unit, `decision ${id} was carried out twice`));
    else if (undone.has(id))
      found.push(fault(unit, `decision ${id} was carried out after it had been taken back`));
    carriedOut.add(id);
  }
  return found;
}

/** A decision that names what it decides is taken for that and for nothing else. */
function decidedAsShown({ told }: Evidence, unit: UnitFacts): Violation[] {
  const found: Violation[] = [];
  let open: string | undefined;
  for (const row of told) {
    if (row.unit !== unit.key) continue;
    if (row.kind === 'asked') open = row.key;
    if (row.kind === 'closed') open = undefined;
    if (row.kind === 'decided' && (row.match ?? open) !== open)
      found.push(
        fault(unit, `${text(row.value)} was decided for ${row.match ?? ''}, and open was ${open ?? ''}`),
      );
  }
  return found;
}

/** Members of a group are never mixed: what is written stood together, or was decided together. */
function wholeGroups({ stood, everTold: told, initial }: Evidence, unit: UnitFacts): Violation[] {
  if (!unit.group) return [];
  const whole = new Set([text(initial.A[unit.key]), text(initial.B[unit.key])]);
  for (const one of stood) if (one.unit === unit.key && one.by !== 'hub') whole.add(text(one.value));
  for (const row of told) if (row.unit === unit.key && row.kind === 'decided') whole.add(text(row.value));
  return stood
    .filter((one) => one.unit === unit.key && one.by === 'hub' && !whole.has(text(one.value)))
    .map((one) => fault(unit, `${text(one.value)} on ${one.side} was put together from several`));
}

function authored(told: readonly ToldFacts[], unit: UnitFacts): readonly ToldFacts[] {
  return unit.repoliced ? [] : told.filter((row) => row.kind === 'authored' && row.unit === unit.key);
}

function fault(unit: UnitFacts, said: string): Violation {
  return { property: 'P5', unit: unit.key, said };
}

/** Somebody typed it, or something of the side's did. */
function isEdit({ by }: Stood): boolean {
  return by !== 'hub' && by !== 'restore';
}
