import { EMPTY_VECTOR, type Side } from './clock.js';
import type { UnitPlan } from './plan.js';
import type { Stamp } from './stamp.js';
import type { Image, Unit, Version } from './unit.js';
import { isBlank, type Canon, type Raw } from './value.js';

const A1: Version = { value: null, dot: { actor: 'A', n: 1 }, ctx: EMPTY_VECTOR, stamp: null, by: null };
const B1: Version = { value: null, dot: { actor: 'B', n: 1 }, ctx: EMPTY_VECTOR, stamp: null, by: null };
const H1: Version = { value: null, dot: { actor: 'H', n: 1 }, ctx: [1, 1, 0, 0], stamp: null, by: null };
const NOTHING: Version = { value: null, dot: null, ctx: EMPTY_VECTOR, stamp: null, by: null };

/** Default clocks of records by origin: made from A's, made from B's, or two existing ones that agreed. */
export const ORIGIN: Readonly<Record<Side | 'both', Version>> = { A: A1, B: B1, both: H1 };

/** A record has this default clock, as stored (at-rest.ts), when its first states came from that side alone. */
export function originOf(clock: string): Side | 'both' {
  return clock.startsWith('A') ? 'A' : clock.startsWith('B') ? 'B' : 'both';
}

/**
 * A unit of a record that exists on one side only and is being created on the other: the side's value is the first event; the other
 * side will hold it when the create is acknowledged.
 */
export function fromOneSide(side: Side, value: Canon, raw: Raw): Unit {
  const head: Version = { ...ORIGIN[side], value };
  const held: Image = { ...head, raw };
  const other: Image = { ...head, raw: undefined };
  return rest(head, side === 'A' ? held : other, side === 'B' ? held : other);
}

/**
 * A unit of two existing records that were just linked. They share no past: equal values agree, a blank gives way, anything else is
 * truly concurrent (as in Unison without an archive: "as though the replicas had both been empty").
 */
export function fromBothSides(
  plan: UnitPlan,
  a: { value: Canon; raw: Raw; stamp: Stamp | null },
  b: { value: Canon; raw: Raw; stamp: Stamp | null },
): Unit {
  if (plan.contextOnly) return contextOnly(a, b);
  if (plan.equal(a.value, b.value) || (isBlank(a.value) && isBlank(b.value))) {
    const head: Version = { ...H1, value: a.value };
    return rest(head, { ...head, raw: a.raw }, { ...head, value: a.value, raw: b.raw });
  }
  return {
    head: NOTHING,
    A: { ...A1, value: a.value, raw: a.raw, stamp: a.stamp },
    B: { ...B1, value: b.value, raw: b.raw, stamp: b.stamp },
    incA: undefined,
    incB: undefined,
    orphans: [],
    decision: null,
    contest: null,
    tick: [1, 1, 0, 0],
    blocked: null,
  };
}

/** Values that rules read: each side keeps its own, nothing is ever compared. */
function contextOnly(a: { value: Canon; raw: Raw }, b: { value: Canon; raw: Raw }): Unit {
  const head: Version = { ...H1, value: isBlank(a.value) ? b.value : a.value };
  const unit = rest(head, { ...head, raw: a.raw }, { ...head, raw: b.raw });
  if (isBlank(a.value) || isBlank(b.value)) return unit;
  return { ...unit, B: { ...B1, value: b.value, raw: b.raw }, incB: { value: b.value } };
}

function rest(head: Version, A: Image, B: Image): Unit {
  return {
    head,
    A,
    B,
    incA: { value: head.value },
    incB: { value: head.value },
    orphans: [],
    decision: null,
    contest: null,
    tick: [
      Math.max(head.ctx[0], head.dot?.actor === 'A' ? 1 : 0),
      Math.max(head.ctx[1], head.dot?.actor === 'B' ? 1 : 0),
      head.dot?.actor === 'H' ? 1 : 0,
      0,
    ],
    blocked: null,
  };
}
