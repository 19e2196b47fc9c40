import type { Side } from '../clock.js';
import type { Image, Unit, Version } from '../unit.js';
import type { Raw } from '../value.js';

/**
 * The side is known to hold this version of ours, in this raw form. Its value is what later edits there start from, whatever head
 * has become meanwhile: head incorporates it.
 */
export function hold(unit: Unit, side: Side, version: Version, raw: Raw): Unit {
  const { value, dot, ctx, stamp, by } = version;
  const img: Image = { value, dot, ctx, stamp, by, raw };
  return side === 'A' ? { ...unit, A: img, incA: { value } } : { ...unit, B: img, incB: { value } };
}
