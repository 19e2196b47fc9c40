import { acknowledge, holdsHead } from './author.js';
import {
  covers,
  EMPTY_VECTOR,
  flatten,
  otherSide,
  sameDot,
  withDot,
  type Clocked,
  type Dot,
  type Side,
} from './clock.js';
import { observe, withImage } from './observe.js';
import type { UnitPlan } from './plan.js';
import { image, incorporated, type GiveBack, type Image, type Orphan, type Unit } from './unit.js';
import { isBlank, type Canon, type Raw } from './value.js';

/**
 * What a side shows after it was set back to an earlier state. Nobody has edited anything: the value has seen nothing and is news to nobody,
 * so the side simply lacks what stands, and is given it. A value that had stood there and that nothing had taken in yet (an edit that was
 * in conflict, say) is not lost with the side: it stays as one that no side holds any more.
 */
export function setBack(plan: UnitPlan, unit: Unit, side: Side, value: Canon, raw: Raw): Unit {
  const before = image(unit, side);
  if (plan.equal(before.value, value)) return withImage(unit, side, { ...before, raw });
  // What only rules read is never written: what the side shows is what there is to read.
  if (plan.contextOnly)
    return observe(plan, unit, { side, value, raw, stamp: null, by: null, stale: false }).unit;
  const old: Image = { value, dot: null, ctx: EMPTY_VECTOR, stamp: null, by: null, raw };
  return flowsFrom(plan, side) ? apart(plan, unit, side, old) : lacking(plan, unit, side, old);
}

/** The field flows from this side only: it cannot be given back there. */
function flowsFrom({ direction }: UnitPlan, side: Side): boolean {
  return direction === (side === 'A' ? 'AtoB' : 'BtoA');
}

/** What it shows and what stands are two values of which neither knew: the policy says which, or a person. */
function apart(plan: UnitPlan, unit: Unit, side: Side, old: Image): Unit {
  const dot: Dot = { actor: side, n: unit.tick[side === 'A' ? 0 : 1] + 1 };
  const back = lacking(plan, unit, side, { ...old, dot });
  // Not gone back to anything that was taken in, though it may look so.
  const inc = { value: image(unit, side).value };
  return { ...back, [side === 'A' ? 'incA' : 'incB']: inc, tick: withDot(back.tick, dot) };
}

/**
 * The record is not there any more because its side was set back: whoever makes it there now has seen nothing of what it said. It is known
 * still, for the record is to be made again.
 */
export function goneBack(plan: UnitPlan, unit: Unit, side: Side): Unit {
  // What flows from this side only could not be told there afterwards: it is made again with what it said itself.
  if (plan.contextOnly || flowsFrom(plan, side)) return unit;
  const before = image(unit, side);
  const unseen: Image = { ...before, dot: null, ctx: EMPTY_VECTOR, stamp: null, by: null };
  return lacking(plan, unit, side, unseen);
}

function lacking(plan: UnitPlan, unit: Unit, side: Side, old: Image): Unit {
  const back: Unit = {
    ...withImage(unit, side, old),
    [side === 'A' ? 'incA' : 'incB']: { value: old.value },
  };
  if (!isOpen(plan, unit, side)) return named(back, side);
  return named(keptOpen(back, side, image(unit, side), incorporated(unit, side)?.value ?? null), side);
}

/** What stood there was an edit that head has not seen, and that had not gone back to what there was before. */
function isOpen(plan: UnitPlan, unit: Unit, side: Side): boolean {
  const before = image(unit, side);
  if (covers(unit.head, before)) return false;
  const base = incorporated(unit, side);
  if (base !== undefined) return !plan.equal(before.value, base.value);
  // A blank that stood there when the record was linked is no edit; one that somebody made is.
  return !isBlank(before.value) || (before.dot?.n ?? 0) > 1;
}

/** By a name that no later edit of the side is taken to have seen. */
function keptOpen(unit: Unit, side: Side, { raw: _raw, ...version }: Image, base: Canon): Unit {
  const dot: Dot = { actor: 'X', n: unit.tick[3] + 1 };
  const kept: Orphan = { ...version, dot, ctx: flatten(version), side, base };
  return { ...unit, orphans: [...unit.orphans, kept], tick: withDot(unit.tick, dot) };
}

/**
 * Edits of the side are counted on from those that it does not hold any more, so whoever types there next would seem to have seen them. Where
 * head is one of those, it goes by a name of the hub's from now on, and whoever had seen it has seen that.
 */
function named(unit: Unit, side: Side): Unit {
  const { head } = unit;
  if (head.dot?.actor !== side) return unit;
  const dot: Dot = { actor: 'H', n: unit.tick[2] + 1 };
  const known = <V extends Clocked>(version: V): V =>
    covers(version, head) ? { ...version, ctx: withDot(version.ctx, dot) } : version;
  const other = otherSide(side);
  const held = image(unit, other);
  const { contest, decision, blocked } = unit;
  const back = (of: GiveBack | null): GiveBack | null =>
    of === null ? null : { ...of, version: known(of.version) };
  const next: Unit = {
    ...unit,
    head: { ...head, dot, ctx: flatten(head) },
    A: known(unit.A),
    B: known(unit.B),
    orphans: unit.orphans.map(known),
    decision: decision === null ? null : known(decision),
    contest:
      contest?.undone === undefined
        ? contest
        : { ...contest, undone: { ...contest.undone, A: back(contest.undone.A), B: back(contest.undone.B) } },
    tick: withDot(unit.tick, dot),
    blocked: blocked !== null && sameDot(blocked.head, head.dot) ? { ...blocked, head: dot } : blocked,
  };
  return holdsHead(unit, held) ? acknowledge(next, other, held.raw) : next;
}
