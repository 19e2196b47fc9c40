import { covers, flatten, withDot, type Dot, type Side, type VersionVector } from './clock.js';
import type { UnitPlan } from './plan.js';
import type { Stamp } from './stamp.js';
import { image, incorporated, type Author, type Image, type Unit } from './unit.js';
import type { Canon, Raw } from './value.js';

/** A value seen on a side, later than everything seen there before, that is not our own write. */
export interface Observation {
  readonly side: Side;
  readonly value: Canon;
  readonly raw: Raw;
  readonly stamp: Stamp | null;
  readonly by: Author | null;
  /**
   * True when the person may have typed over a form that was loaded before our last write arrived (an exact return to what we had
   * overwritten): the value then knows only what stood before that write.
   */
  readonly stale: boolean;
}

export type Observed =
  /** Equal in the compared form: only the raw was refreshed; no tick, nothing to push. */
  | { readonly kind: 'cosmetic'; readonly unit: Unit }
  | { readonly kind: 'event'; readonly unit: Unit; readonly dot: Dot; readonly ctx: VersionVector };

/**
 * Moves the image of one side to what was observed there (semantics §1.5, §2.1). The new version knows exactly what the register
 * held before: its author saw it on that side. Ticks are never reused.
 */
export function observe(plan: UnitPlan, unit: Unit, seen: Observation): Observed {
  const before = image(unit, seen.side);
  if (plan.equal(before.value, seen.value)) {
    return { kind: 'cosmetic', unit: withImage(unit, seen.side, { ...before, raw: seen.raw }) };
  }
  const n = unit.tick[seen.side === 'A' ? 0 : 1] + 1;
  const dot: Dot = { actor: seen.side, n };
  // A stale form was loaded before our write: its author knew what that write had seen, not the write itself.
  const ctx = seen.stale ? before.ctx : flatten(before);
  const tick = withDot(unit.tick, dot);

  // Back to what head says, by somebody who has seen head: the side simply holds head again. Keeping a version of its own would
  // make a later edit on the other side look concurrent with a change that is not there.
  const base = incorporated(unit, seen.side);
  const knowsHead = covers({ dot, ctx }, unit.head);
  if (
    knowsHead &&
    base !== undefined &&
    plan.equal(seen.value, unit.head.value) &&
    plan.equal(base.value, unit.head.value)
  ) {
    const held: Image = { ...unit.head, raw: seen.raw };
    return { kind: 'event', unit: { ...withImage(unit, seen.side, held), tick }, dot, ctx };
  }
  const next: Image = { value: seen.value, dot, ctx, stamp: seen.stamp, by: seen.by, raw: seen.raw };
  return { kind: 'event', unit: { ...withImage(unit, seen.side, next), tick }, dot, ctx };
}

export function withImage(unit: Unit, side: Side, next: Image): Unit {
  return side === 'A' ? { ...unit, A: next } : { ...unit, B: next };
}
