import { SIDES, type Side } from '../../core/clock.js';
import type { Plan, UnitPlan } from '../../core/plan.js';
import type { Canon } from '../../core/value.js';
import { Random } from '../random.js';
import { mergeOf } from '../world/people.js';
import { comesBack } from './values.js';
import { unitValueOf, type UnitWords, type Vocabulary } from './vocabulary.js';

export interface FirstValues {
  /** What stands in a unit at first; `linked`: the two records share no past. */
  readonly of: (unit: UnitPlan, side: Side, linked: boolean) => Canon;
  /** Invariants that no values were found to begin with that keep them. */
  readonly unkept: readonly string[];
}

const TRIES = 4_000;

/** What the two records say before anybody does anything: values that keep the pipeline's invariants. */
export function firstValues(plan: Plan, words: Vocabulary): FirstValues {
  const shared = new Map<string, Canon>();
  for (const unit of plan.units) shared.set(unit.key, plainFirst(unit, wordsOf(words, unit)));
  const unkept = keepInvariants(plan, words, shared);
  const bound = new Set(plan.invariants.flatMap(({ units }) => units));
  return {
    unkept,
    of: (unit, side, linked) => {
      const value = shared.get(unit.key) ?? null;
      // Merges, and what has to hold across fields, start from a shared past: their exactness could not be told otherwise.
      if (!linked || mergeOf(unit) !== null || bound.has(unit.key) || unit.contextOnly) return value;
      if (unit.preferNonBlank && side === 'B' && canBeBlank(unit, wordsOf(words, unit))) return null;
      return unitValueOf(unit, wordsOf(words, unit), words.names[side], side === 'A' ? 0 : -1);
    },
  };
}

export function canBeBlank(unit: UnitPlan, { fields }: UnitWords): boolean {
  return !unit.isGroup && fields.get(unit.key)?.blank === true;
}

export function wordsOf({ units }: Vocabulary, { key }: UnitPlan): UnitWords {
  return units.get(key) as UnitWords;
}

function plainFirst(unit: UnitPlan, words: UnitWords): Canon {
  const [member] = unit.members;
  const orElse = (value: Canon): Canon =>
    member !== undefined && comesBack(unit, member, value) ? value : unitValueOf(unit, words, 'old', 0);
  switch (mergeOf(unit)) {
    case 'set':
      return orElse([words.piece('old', 1), words.piece('old', 2)].sort());
    case 'text':
      return orElse(['one', 'two', 'three', 'four'].join(' '));
    case 'json':
      return orElse({ base: 'x' });
    case 'counter':
      return orElse(counterStart(unit));
    default:
      return unitValueOf(unit, words, 'old', 0);
  }
}

/** Ten, or what is allowed instead. */
function counterStart({ policy, type }: UnitPlan): Canon {
  const bounds = policy.strategy === 'merge' ? policy.bounds : undefined;
  const [min, max] = [Number(bounds?.min ?? -Infinity), Number(bounds?.max ?? Infinity)];
  const start = min > 10 ? min + 10 : max < 10 ? max - 10 : 10;
  const allowed = Math.min(Math.max(start, min), max);
  return type === 'float' ? allowed : String(allowed);
}

/** Looks for values at which all invariants hold, and puts them into `values`. Returns the ids of those that were not kept. */
function keepInvariants(plan: Plan, words: Vocabulary, values: Map<string, Canon>): readonly string[] {
  const units = plan.units.filter(({ key }) => plan.invariants.some((one) => one.units.includes(key)));
  const random = new Random(1);
  let broken = brokenBy(plan, values);
  for (let i = 0; i < TRIES && broken.length > 0; i++) {
    const tried = new Map(values);
    for (const unit of units) {
      const choice = candidates(unit, wordsOf(words, unit));
      if (random.chance(70) && choice.length > 0) tried.set(unit.key, random.pick(choice));
    }
    const still = brokenBy(plan, tried);
    if (still.length >= broken.length) continue;
    broken = still;
    for (const [key, value] of tried) values.set(key, value);
  }
  return broken;
}

function brokenBy(plan: Plan, values: ReadonlyMap<string, Canon>): readonly string[] {
  const record = Object.fromEntries(values);
  return plan.invariants.filter((one) => !one.holds(record)).map(({ id }) => id);
}

/** Values of all sizes, and those that the invariants themselves mention. */
export function candidates(unit: UnitPlan, words: UnitWords): readonly Canon[] {
  const made = [0, 1, 2, 5, 30, 400, 3_000, -1, -30, -3_000].map((n) => unitValueOf(unit, words, 'old', n));
  return [...made, ...words.mentioned, ...(canBeBlank(unit, words) ? [null] : [])];
}

/** All sides that have a column of the unit. */
export function sidesOf(unit: UnitPlan): readonly Side[] {
  return SIDES.filter((side) => unit.members.some((member) => member[side] !== null));
}
