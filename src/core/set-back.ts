import { covers, EMPTY_VECTOR, type Side } from './clock.js';
import { withImage } from './observe.js';
import type { UnitPlan } from './plan.js';
import { image, incorporated, type Image, type Unit } from './unit.js';
import type { Canon, Raw } from './value.js';

/**
 * What a side shows after it was set back to an earlier state. Nobody has edited anything: the value has seen nothing and is news to nobody,
 * so the side simply lacks what stands, and is given it. A value that had stood there and that nothing had taken in yet (an edit that was
 * in conflict, say) is not lost with the side: it stays as one that no side holds any more.
 */
export function setBack(plan: UnitPlan, unit: Unit, side: Side, value: Canon, raw: Raw): Unit {
  const before = image(unit, side);
  if (plan.equal(before.value, value)) return withImage(unit, side, { ...before, raw });
  const base = incorporated(unit, side);
  const news = !covers(unit.head, before);
  const old: Image = { value, dot: null, ctx: EMPTY_VECTOR, stamp: null, by: null, raw };
  const next = withImage(unit, side, old);
  const { raw: _raw, ...version } = before;
  return {
    ...next,
    [side === 'A' ? 'incA' : 'incB']: { value },
    orphans: news ? [...unit.orphans, { ...version, side, base: base?.value ?? null }] : unit.orphans,
  };
}
