import type { Evidence, RestFacts, UnitFacts, Violation } from './evidence.js';
import { isUndisturbed } from './restores.js';
import { text } from './text.js';

/** P4: sums and sets are exact, and merged texts and objects hold everything that was put in, by arithmetic over what people typed. */
export function p4Exactness(evidence: Evidence): Violation[] {
  const found: Violation[] = [];
  for (const moment of evidence.rest) {
    if (!moment.reached || moment.ended || moment.lifeOpen) continue;
    if (evidence.told.some(({ unit }) => unit === '$life')) continue;
    for (const unit of evidence.units) {
      if (unit.merge === null || disputed(evidence, unit)) continue;
      // What was typed unread may have gone with a restore, or be understood as one difference.
      if (!isUndisturbed(evidence, unit)) continue;
      if (unit.heldWith.some((one) => one in moment.conflicts)) continue;
      for (const side of ['A', 'B'] as const) {
        const said = wrong(evidence, unit, moment, side);
        if (said !== null) found.push({ property: 'P4', unit: unit.key, said: `${side} has ${said}` });
      }
    }
  }
  return found;
}

/** A person was asked, or another policy applied: what stands then is a choice. */
function disputed({ told }: Evidence, unit: UnitFacts): boolean {
  return (
    unit.repoliced ||
    told.some(({ kind, unit: key }) => key === unit.key && (kind === 'asked' || kind === 'decided'))
  );
}

function wrong(evidence: Evidence, unit: UnitFacts, moment: RestFacts, side: 'A' | 'B'): string | null {
  const value = moment.values[side][unit.key];
  const typed = evidence.typed.filter((one) => one.unit === unit.key);
  const first = evidence.initial.A[unit.key];
  switch (unit.merge) {
    case 'counter': {
      const sum = typed.reduce((all, { did }) => all + (did.what === 'plus' ? did.by : 0), Number(first));
      return Number(value) === sum ? null : `${text(value)}, not ${String(sum)}`;
    }
    case 'set': {
      const wanted = new Set(first as readonly string[]);
      for (const { did } of typed) if (did.what === 'add') wanted.add(did.item);
      for (const { did } of typed) if (did.what === 'drop') wanted.delete(did.item);
      const members = [...wanted].sort();
      return text(value) === text(members) ? null : `${text(value)}, not ${text(members)}`;
    }
    case 'text':
      return missing(typed, 'word', String(value).split(' '));
    case 'json':
      return missing(typed, 'leaf', Object.keys(value ?? {}));
    case 'min':
    case 'max':
    case null:
      return null;
  }
}

function missing(typed: Evidence['typed'], what: 'word' | 'leaf', present: readonly string[]): string | null {
  const there = new Set(present);
  const lost = typed.flatMap(({ did }) => (did.what === what && !there.has(did.item) ? [did.item] : []));
  return lost.length === 0 ? null : `lost ${lost.join(' ')}`;
}
