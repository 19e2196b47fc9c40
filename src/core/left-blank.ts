import { EMPTY_VECTOR, type Side } from './clock.js';
import { withImage } from './observe.js';
import type { Unit } from './unit.js';

/** The side holds nothing, by our hand: it lacks head, and is told as soon as that can be said there. */
export function leftBlank(unit: Unit, side: Side): Unit {
  const blank = { value: null, dot: null, ctx: EMPTY_VECTOR, stamp: null, by: null, raw: null };
  return { ...withImage(unit, side, blank), [side === 'A' ? 'incA' : 'incB']: { value: null } };
}
