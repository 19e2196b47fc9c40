import {
  EMPTY_VECTOR,
  component,
  covers,
  flatten,
  join,
  withDot,
  type Dot,
  type Side,
  type VersionVector,
} from './clock.js';
import type { Candidate } from './conflict.js';
import {
  givenBack,
  givingBack,
  sideUndone,
  withBackDots,
  type HeldBefore,
  type SideUndone,
} from './give-back.js';
import type { UnitPlan } from './plan.js';
import type { Author, Decision, GiveBack, Incorporated, Undone, Unit, Version } from './unit.js';
import type { Canon } from './value.js';

export interface DecisionInput {
  readonly id: string;
  readonly value: Canon;
  /** Exactly what was displayed: the decision knows these and nothing more. */
  readonly shown: readonly Version[];
  readonly by: Author;
  readonly dueAt: number;
}

/** Sets a steward's decision. It dominates only what the person saw; the undo window is part of it (semantics §2.5, decisions §2). */
export function decide(unit: Unit, input: DecisionInput): Unit {
  const dot: Dot = { actor: 'H', n: component(unit.tick, 'H') + 1 };
  let ctx: VersionVector = EMPTY_VECTOR;
  for (const version of input.shown) ctx = join(ctx, flatten(version));
  // Whoever sees all that stands settles the matter that was opened, also where its parts have gone since.
  const { contest } = unit;
  const standing = [unit.A, unit.B, unit.head, givenBack(unit, 'A'), givenBack(unit, 'B')];
  const seesAll = standing.every((version) => version === null || covers({ dot: null, ctx }, version));
  if (contest !== null && seesAll) ctx = join(ctx, contest.ctx);
  const decision: Decision = {
    id: input.id,
    value: input.value,
    dot,
    ctx,
    stamp: null,
    by: input.by,
    dueAt: input.dueAt,
  };
  return { ...unit, decision, tick: withDot(unit.tick, dot) };
}

/** Takes a decision back that nothing was written for yet. Its dot stays used. */
export function undoHeld(unit: Unit): Unit {
  return { ...unit, decision: null };
}

export interface UndoInput {
  readonly decision: string;
  readonly before: HeldBefore;
  /** What had been chosen from, and from what it had been made. */
  readonly earlier: readonly Version[];
  readonly base: Incorporated;
  /** Sides that are known to have been edited since in a way that their registers do not show (a record's existence). */
  readonly edited: Readonly<Record<Side, boolean>>;
  readonly reason: (sides: Readonly<Record<Side, SideUndone>>) => string;
}

export interface UndoneUnit {
  readonly unit: Unit;
  readonly sides: Readonly<Record<Side, SideUndone>>;
}

/**
 * Takes a decision back after it was written. The unit is in conflict again, and each side is to get back what it held before; a side
 * that was edited since keeps that edit. What is given back is written by whoever plans writes (`dueBack`), under its condition.
 */
export function undoWritten(plan: UnitPlan, unit: Unit, input: UndoInput): UndoneUnit {
  const { decision, before, earlier, base, edited } = input;
  const sides = {
    A: sideUndone(plan, unit, 'A', before, edited.A),
    B: sideUndone(plan, unit, 'B', before, edited.B),
  };
  let n = component(unit.tick, 'H');
  // Edited since this decision, perhaps for one that was undone already: what that gives back is still to come.
  const back = (side: Side): GiveBack | null =>
    sides[side] === 'edited-since'
      ? (unit.contest?.undone?.[side] ?? null)
      : givingBack(unit, side, before, ++n);
  const undone: Undone = { decision, A: back('A'), B: back('B'), base };
  const ctx = join(flatten(unit.head), join(flatten(unit.A), flatten(unit.B)));
  // What a side may refuse to take back stays among the choices.
  const own = [undone.A, undone.B].flatMap((one) => (one === null ? [] : [one.version]));
  const candidates = distinct(plan, [...earlier, ...(unit.contest?.candidates ?? []), ...own]);
  const contest = { kind: 'undone', ctx, candidates, reason: input.reason(sides), undone } as const;
  return { unit: { ...unit, contest, tick: withBackDots(unit.tick, undone) }, sides };
}

function distinct(plan: UnitPlan, versions: readonly Version[]): readonly Version[] {
  return versions.filter(({ value }, i) => versions.findIndex((one) => plan.equal(one.value, value)) === i);
}

/** The versions a person sees for a conflict, head included: whoever decides has seen what both would replace. */
export function shownVersions(unit: Unit, candidates: readonly Candidate[]): readonly Version[] {
  return [...candidates, unit.head];
}
