import { EMPTY_VECTOR, withDot, type Dot, type Side } from './clock.js';
import { withImage } from './observe.js';
import type { UnitPlan } from './plan.js';
import type { Stamp } from './stamp.js';
import type { Unit } from './unit.js';
import { isBlank, type Canon, type Raw } from './value.js';

export type Relearned =
  /** The side holds head, or nothing: nobody has written anything. */
  | { readonly kind: 'cosmetic'; readonly unit: Unit }
  /** The side holds a value of unknown origin that has seen nothing. */
  | { readonly kind: 'event'; readonly unit: Unit; readonly dot: Dot };

/**
 * A side's field was dropped and made anew: what it holds now shares no past with what it held before. As when two records are first
 * linked: what is equal agrees, a blank has nothing to say (and is filled again from head), anything else is truly concurrent. Taking
 * the blanks of a new column for edits would empty the field everywhere.
 */
export function relearn(
  plan: UnitPlan,
  unit: Unit,
  side: Side,
  value: Canon,
  raw: Raw,
  stamp: Stamp | null,
): Relearned {
  const inc = side === 'A' ? 'incA' : 'incB';
  if (plan.equal(value, unit.head.value)) {
    const held = withImage(unit, side, { ...unit.head, raw });
    return { kind: 'cosmetic', unit: { ...held, [inc]: { value: unit.head.value } } };
  }
  if (isBlank(value)) {
    const empty = { value, dot: null, ctx: EMPTY_VECTOR, stamp: null, by: null, raw };
    return { kind: 'cosmetic', unit: { ...withImage(unit, side, empty), [inc]: { value } } };
  }
  const dot: Dot = { actor: side, n: unit.tick[side === 'A' ? 0 : 1] + 1 };
  const next = withImage(unit, side, { value, dot, ctx: EMPTY_VECTOR, stamp, by: null, raw });
  return { kind: 'event', dot, unit: { ...next, [inc]: undefined, tick: withDot(unit.tick, dot) } };
}
