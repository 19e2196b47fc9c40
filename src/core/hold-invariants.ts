import { SIDES } from './clock.js';
import { standing, type Candidate } from './conflict.js';
import type { Outcome } from './outcome.js';
import type { Invariant, Plan, UnitPlan } from './plan.js';
import type { Unit } from './unit.js';
import type { Canon } from './value.js';

/** More changes at once than this are not tried in part: all of them wait. */
const MOST_TRIED = 8;

/**
 * What would break a rule across fields is not written. Of the changes that break it together as many go on as keep it; the first of the
 * others carries the question and the rest wait for it. A change that is harmless whatever becomes of the others therefore never moves
 * a question to another field, and it does not matter whether it is seen before or after. Writes to `outcomes`.
 */
export function holdInvariants(
  plan: Plan,
  units: ReadonlyMap<string, Unit>,
  outcomes: Map<string, Outcome>,
): void {
  // What is held for one rule keeps its earlier value for the others.
  for (let held = plan.invariants.length > 0; held;) {
    held = false;
    for (const invariant of plan.invariants) {
      const stay = mustStay(plan, invariant, units, outcomes);
      if (stay.length === 0) continue;
      hold(invariant, stay, units, outcomes);
      held = true;
    }
  }
}

/** The changes that cannot be made, in the rule's order. */
function mustStay(
  plan: Plan,
  { units: keys, holds }: Invariant,
  units: ReadonlyMap<string, Unit>,
  outcomes: ReadonlyMap<string, Outcome>,
): readonly string[] {
  const moving: string[] = [];
  const heads: Record<string, Canon> = {};
  const values: Record<string, Canon> = {};
  for (const key of keys) {
    const head = units.get(key)?.head.value ?? null;
    const outcome = outcomes.get(key);
    heads[key] = values[key] = head;
    // To say again what is agreed on, over what a side says, changes nothing here.
    if (outcome?.kind !== 'author' || (plan.unit.get(key) as UnitPlan).equal(outcome.value, head)) continue;
    values[key] = outcome.value;
    moving.push(key);
  }
  if (moving.length === 0 || holds(values)) return [];
  const going = mostThatHold(decisionsFirst(moving, outcomes), (chosen) =>
    holds({ ...heads, ...Object.fromEntries(chosen.map((key) => [key, values[key] as Canon])) }),
  );
  return moving.filter((key) => !going.includes(key));
}

/** What a person decided gives way last. */
function decisionsFirst(keys: readonly string[], outcomes: ReadonlyMap<string, Outcome>): readonly string[] {
  const isDecided = (key: string): boolean => {
    const outcome = outcomes.get(key);
    return outcome?.kind === 'author' && outcome.how === 'decision';
  };
  return [...keys.filter(isDecided), ...keys.filter((key) => !isDecided(key))];
}

/** The largest choice that passes; of equally large ones the one with the earlier keys. Empty: none does. */
function mostThatHold(
  keys: readonly string[],
  passes: (chosen: readonly string[]) => boolean,
): readonly string[] {
  if (keys.length > MOST_TRIED) return [];
  for (let size = keys.length - 1; size > 0; size--) {
    const found = choices(keys, size).find(passes);
    if (found !== undefined) return found;
  }
  return [];
}

function choices(keys: readonly string[], size: number): readonly (readonly string[])[] {
  if (size === 0) return [[]];
  return keys.flatMap((key, i) => choices(keys.slice(i + 1), size - 1).map((rest) => [key, ...rest]));
}

function hold(
  invariant: Invariant,
  stay: readonly string[],
  units: ReadonlyMap<string, Unit>,
  outcomes: Map<string, Outcome>,
): void {
  const isAsked = invariant.units.some((key) => {
    const outcome = outcomes.get(key);
    return outcome?.kind === 'conflict' && outcome.conflict.kind === 'invariant';
  });
  stay.forEach((key, i) => {
    if (i > 0 || isAsked) {
      outcomes.set(key, { kind: 'diverged', why: `waits: ${invariant.message}` });
      return;
    }
    const unit = units.get(key) as Unit;
    const candidates: Candidate[] = SIDES.map((side) => standing(unit, side));
    // A decision that breaks the rule is a new question: what was asked before has been answered.
    if (unit.decision !== null) candidates.push({ ...unit.decision, key: 'decision', side: null });
    outcomes.set(key, {
      kind: 'conflict',
      conflict: { kind: 'invariant', reason: invariant.message, candidates },
    });
  });
}
