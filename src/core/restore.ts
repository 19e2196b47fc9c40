import { EMPTY_VECTOR, flatten, join, type Side } from './clock.js';
import { decide } from './decide.js';
import { givingBack, withBackDots, type HeldBefore } from './give-back.js';
import type { Author, Contest, Image, Unit } from './unit.js';

export interface Restore {
  readonly id: string;
  readonly by: Author;
  readonly now: number;
}

/**
 * A deleted record is to exist again wherever it is gone: somebody's decision, who has seen all that stands. Whatever was asked about its
 * deletion is answered by it.
 */
export function restoreEverywhere(life: Unit, { id, by, now }: Restore): Unit {
  const shown = [life.A, life.B, life.head, ...(life.decision === null ? [] : [life.decision])];
  return decide({ ...life, decision: null, blocked: null }, { id, value: 'live', shown, by, dueAt: now });
}

/**
 * Gone on both sides, it is to exist again on one of them. It is given back to that side as it was there (give-back.ts); whether the other
 * is to have it again stays open, and is asked.
 */
export function restoreAlone(
  life: Unit,
  side: Side,
  { id, reason }: Restore & { readonly reason: string },
): Unit {
  const live: Image = { value: 'live', dot: null, ctx: EMPTY_VECTOR, stamp: null, by: null, raw: undefined };
  const before: HeldBefore = { A: live, B: live, tick: life.tick };
  const back = givingBack(life, side, before, life.tick[2] + 1);
  const undone = { decision: id, A: null, B: null, base: { value: 'deleted' }, [side]: back };
  const contest: Contest = {
    kind: 'delete-vs-edit',
    ctx: join(flatten(life.head), join(flatten(life.A), flatten(life.B))),
    candidates: [],
    reason,
    undone,
  };
  return { ...life, contest, decision: null, blocked: null, tick: withBackDots(life.tick, undone) };
}
