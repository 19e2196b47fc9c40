import { acknowledge, holdsHead } from './author.js';
import { flatten, join, SIDES, withDot, type Dot, type Side } from './clock.js';
import { CanonError } from './errors.js';
import { rawOf } from './at-rest.js';
import type { UnitPlan } from './plan.js';
import { EMPTY_VECTOR } from './clock.js';
import {
  image,
  incorporated,
  UNREADABLE,
  type Image,
  type Incorporated,
  type Unit,
  type Version,
} from './unit.js';
import type { Canon, Raw } from './value.js';

/**
 * A unit understood anew after its mapping has changed (decisions §3): what the sides hold is the same, what it means is not. Nobody has
 * edited anything, so nothing ticks for a side. Where both sides held head and what they hold no longer means the same, the side that
 * head came from stands, by the hub's own hand, and the other is due a write; everything that was open stays open with its new values.
 *
 * @param since hub time in ms, for a value that can no longer be read
 */
export function recast(before: UnitPlan, after: UnitPlan, unit: Unit, since: number): Unit {
  if (after.contextOnly) return unit;
  const raws = { A: rawOf(before, 'A', unit.A), B: rawOf(before, 'B', unit.B) };
  const values: Record<Side, Canon> = { A: null, B: null };
  for (const side of SIDES) {
    try {
      values[side] = after.get(side, raws[side]);
    } catch (error) {
      if (!(error instanceof CanonError)) throw error;
      const blocked = { side, code: UNREADABLE, detail: error.message, since, head: unit.head.dot };
      return { ...unit, A: { ...unit.A, raw: raws.A }, B: { ...unit.B, raw: raws.B }, blocked };
    }
  }
  return understoodAnew(after, unit, raws, values, (value) => translated(before, after, value));
}

/** The registers with other meanings: what the sides hold, and `told`, which says what a value that no side holds means now. */
export function understoodAnew(
  after: UnitPlan,
  unit: Unit,
  raws: Readonly<Record<Side, Raw | undefined>>,
  values: Readonly<Record<Side, Canon>>,
  told: (value: Canon) => Canon,
): Unit {
  const version = <V extends Version>(one: V): V => ({ ...one, value: told(one.value) });
  const held = (side: Side): Image => ({ ...image(unit, side), value: values[side], raw: raws[side] });
  const agreed = SIDES.every((side) => holdsHead(unit, image(unit, side)));
  const from = source(after, unit);
  const next: Unit = {
    ...unit,
    head: { ...unit.head, value: agreed ? values[from] : headValue(unit, values, told) },
    A: held('A'),
    B: held('B'),
    incA: incOf(incorporated(unit, 'A'), told),
    incB: incOf(incorporated(unit, 'B'), told),
    orphans: unit.orphans.map((one) => ({ ...version(one), base: told(one.base) })),
    decision: unit.decision === null ? null : version(unit.decision),
    contest:
      unit.contest === null ? null : { ...unit.contest, candidates: unit.contest.candidates.map(version) },
    // Whatever could not be understood may be by now; if not, it is blocked again.
    blocked: unit.blocked?.code === UNREADABLE ? null : unit.blocked,
  };
  if (!agreed) return next;
  const folded = { ...next, incA: { value: values.A }, incB: { value: values.B } };
  return after.equal(values.A, values.B) ? folded : restated(folded, from);
}

/** A unit that the pipeline did not know before: whatever is left of an earlier one of this name says nothing. Dots are never reused. */
export function forgotten(unit: Unit): Unit {
  const nothing: Version = { value: null, dot: null, ctx: EMPTY_VECTOR, stamp: null, by: null };
  return {
    head: nothing,
    A: { ...nothing, raw: undefined },
    B: { ...nothing, raw: undefined },
    incA: undefined,
    incB: undefined,
    orphans: [],
    decision: null,
    contest: null,
    tick: unit.tick,
    blocked: null,
  };
}

/** Signed by the hub: it covers what both sides hold, and only the other side lacks it. */
function restated(unit: Unit, from: Side): Unit {
  const dot: Dot = { actor: 'H', n: unit.tick[2] + 1 };
  const ctx = join(join(flatten(unit.A), flatten(unit.B)), flatten(unit.head));
  const { stamp, by } = unit.head;
  const head: Version = { value: image(unit, from).value, dot, ctx, stamp, by };
  const signed: Unit = { ...unit, head, tick: join(unit.tick, withDot(unit.tick, dot)) };
  return acknowledge(signed, from, image(unit, from).raw);
}

/** Where the value came from: the owner, the only side it flows from, else the side that wrote it last. */
function source({ direction, policy }: UnitPlan, { head }: Unit): Side {
  if (direction !== 'both') return direction === 'AtoB' ? 'A' : 'B';
  if (policy.strategy === 'owner') return policy.owner;
  return head.dot?.actor === 'B' ? 'B' : 'A';
}

function headValue(unit: Unit, values: Readonly<Record<Side, Canon>>, told: (value: Canon) => Canon): Canon {
  const side = SIDES.find((one) => holdsHead(unit, image(unit, one)));
  return side === undefined ? told(unit.head.value) : values[side];
}

function incOf(inc: Incorporated, told: (value: Canon) => Canon): Incorporated {
  return inc === undefined ? undefined : { value: told(inc.value) };
}

/** A value that no side holds, by way of what a side would have held for it. What cannot go that way stays as it was. */
function translated(before: UnitPlan, after: UnitPlan, value: Canon): Canon {
  for (const side of SIDES) {
    try {
      return after.get(side, before.put(side, value, undefined));
    } catch (error) {
      if (!(error instanceof CanonError)) throw error;
    }
  }
  return value;
}
