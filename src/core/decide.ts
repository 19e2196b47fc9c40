import {
  EMPTY_VECTOR,
  component,
  covers,
  flatten,
  join,
  withDot,
  type Dot,
  type VersionVector,
} from './clock.js';
import type { Candidate } from './conflict.js';
import type { Author, Decision, Unit, Version } from './unit.js';
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
  const seesAll = [unit.A, unit.B, unit.head].every((version) => covers({ dot: null, ctx }, version));
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

/**
 * Takes a decision back after it was written: the unit is in conflict again, between what stands now and what had been chosen from.
 * Nothing is written by this; what the sides held before is among the candidates.
 */
export function contestDecision(unit: Unit, earlier: readonly Version[], reason: string): Unit {
  return {
    ...unit,
    contest: {
      kind: 'undone',
      ctx: join(flatten(unit.head), join(flatten(unit.A), flatten(unit.B))),
      candidates: earlier,
      reason,
    },
  };
}

/** The versions a person sees for a conflict, head included: whoever decides has seen what both would replace. */
export function shownVersions(unit: Unit, candidates: readonly Candidate[]): readonly Version[] {
  return [...candidates, unit.head];
}
