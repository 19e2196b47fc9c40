import { otherSide } from '../../core/clock.js';
import type { Plan, UnitPlan } from '../../core/plan.js';
import type { Author } from '../../core/unit.js';
import type { Canon } from '../../core/value.js';
import { mergeOf, type Habits, type Occasion, type Typed } from '../world/people.js';
import { canBeBlank, candidates, wordsOf, type FirstValues } from './first-values.js';
import { unitValueOf, type UnitWords, type Vocabulary } from './vocabulary.js';

type Edit = Pick<Typed, 'value' | 'did'>;

const SET = { what: 'set' } as const;

const ORDERED: ReadonlySet<UnitPlan['type']> = new Set([
  'integer',
  'decimal',
  'float',
  'date',
  'datetime',
  'localdatetime',
  'time',
]);

/** Mostly people; rules may tell them apart. */
const AUTHORS: readonly Author[] = [
  { kind: 'person', name: 'somebody' },
  { kind: 'person', name: 'somebody' },
  { kind: 'import', name: 'an import' },
  { kind: 'person', name: 'somebody' },
  { kind: 'integration', name: 'an integration' },
];

/** People who type what the fields of a pipeline take: mostly new values, now and then an old one, a blank, or the other side's. */
export function habitsOf(plan: Plan, words: Vocabulary, first: FirstValues): Habits {
  return {
    first: (unit, side, linked) => first.of(unit, side, linked),
    type: (unit, occasion) => typed(unit, wordsOf(words, unit), words.names[occasion.side], occasion),
    automatic: (unit) => whole(unit, wordsOf(words, unit), 'auto', 817),
    author: (kind) => AUTHORS[kind % AUTHORS.length] as Author,
    decides: (unit, n, now) => decided(plan, unit, wordsOf(words, unit), first, n, now),
    others: (unit) => [803, 809].map((n) => whole(unit, wordsOf(words, unit), 'other', n)),
  };
}

function typed(unit: UnitPlan, words: UnitWords, by: string, occasion: Occasion): Edit {
  const { side, kind, standing, n } = occasion;
  const now = standing[side];
  switch (mergeOf(unit)) {
    case 'counter': {
      const change = (kind % 7) - 3;
      const sum = Number(now ?? '0') + change;
      return { value: unit.type === 'float' ? sum : String(sum), did: { what: 'plus', by: change } };
    }
    case 'set': {
      const members = [...((now ?? []) as readonly string[])];
      const gone = kind % 3 === 0 ? members.splice(kind % Math.max(1, members.length), 1)[0] : undefined;
      if (gone !== undefined) return { value: members, did: { what: 'drop', item: gone } };
      const item = words.piece(by, n);
      return { value: [...members, item].sort(), did: { what: 'add', item } };
    }
    case 'text': {
      const all = ((now ?? '') as string).split(' ');
      const item = words.piece(by, n);
      all.splice(kind % (all.length + 1), 0, item);
      return { value: all.join(' '), did: { what: 'word', item } };
    }
    case 'json': {
      const object = { ...((now ?? {}) as Readonly<Record<string, Canon>>) };
      const item = words.piece(by, n);
      if (kind === 0) return { value: { ...object, shared: item }, did: SET };
      return { value: { ...object, [item]: n }, did: { what: 'leaf', item } };
    }
    default:
      return { value: plain(unit, words, by, occasion), did: SET };
  }
}

function plain(unit: UnitPlan, words: UnitWords, by: string, occasion: Occasion): Canon {
  const { side, kind, standing, n, stood } = occasion;
  const now = standing[side];
  if (words.fields.size === 0) return now;
  if (kind === 1 || kind === 2) return JSON.parse(stood[(kind + n) % stood.length] ?? 'null') as Canon;
  if (kind === 3) return standing[otherSide(side)];
  if (unit.isGroup) {
    const fields = [...words.fields];
    const [field, values] = fields[kind % fields.length] as (typeof fields)[number];
    return { ...(now as object), [field]: values.make(by, n) };
  }
  if (kind === 0 && canBeBlank(unit, words)) return null;
  if (kind === 4 || kind === 5) {
    const choice = words.mentioned;
    if (choice.length > 0) return choice[n % choice.length] as Canon;
  }
  if (!ORDERED.has(unit.type)) return unitValueOf(unit, words, by, n);
  // Not always upwards: what has to be in order must be tried both ways.
  return unitValueOf(unit, words, by, kind % 3 === 0 ? n + 40 : kind % 3 === 1 ? -n : n);
}

/** A value of the steward's own, at which whatever has to hold across fields does. */
function decided(
  plan: Plan,
  unit: UnitPlan,
  words: UnitWords,
  first: FirstValues,
  n: number,
  now: (unit: string) => readonly Canon[],
): Canon {
  const rules = plan.invariants.filter(({ units }) => units.includes(unit.key));
  const broken = (value: Canon): number =>
    rules.reduce((all, { units, holds }) => {
      const others = units.map((key) => [key, key === unit.key ? [value] : now(key)] as const);
      return all + everyRecord(others).filter((record) => !holds(record)).length;
    }, 0);
  const own = whole(unit, words, 'Steward', n);
  if (rules.length === 0) return own;
  const choice = [own, ...candidates(unit, words), first.of(unit, 'A', false)];
  const faults = choice.map(broken);
  return choice[faults.indexOf(Math.min(...faults))] ?? own;
}

/** Which of the values that stand somewhere will be the agreed one is not known yet: all that may come of it. */
function everyRecord(
  units: readonly (readonly [string, readonly Canon[]])[],
): readonly Readonly<Record<string, Canon>>[] {
  return units.reduce<readonly Readonly<Record<string, Canon>>[]>(
    (records, [key, values]) =>
      values.flatMap((value) => records.map((record) => ({ ...record, [key]: value }))),
    [{}],
  );
}

function whole(unit: UnitPlan, words: UnitWords, by: string, n: number): Canon {
  switch (mergeOf(unit)) {
    case 'set':
      return [words.piece(by, n)];
    case 'text':
      return `${words.piece(by, n)} ${words.piece(by, n + 1)}`;
    case 'json':
      return { [words.piece(by, n)]: n };
    case 'counter':
      return first10(unit, n);
    default:
      return unitValueOf(unit, words, by, n);
  }
}

function first10({ policy, type }: UnitPlan, n: number): Canon {
  const bounds = policy.strategy === 'merge' ? policy.bounds : undefined;
  const value = Math.min(Math.max(n % 20, Number(bounds?.min ?? -Infinity)), Number(bounds?.max ?? Infinity));
  return type === 'float' ? value : String(value);
}
