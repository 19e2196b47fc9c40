import { acknowledge, holdsHead } from './author.js';
import { covers, EMPTY_VECTOR, flatten, otherSide, withDot, type Dot, type Side } from './clock.js';
import { withImage } from './observe.js';
import type { UnitPlan } from './plan.js';
import { image, incorporated, type Image, type Orphan, type Unit } from './unit.js';
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
  // By a name that no later edit of the side is taken to have seen.
  const dot: Dot = { actor: 'X', n: unit.tick[3] + 1 };
  const kept: Orphan = { ...version, dot, ctx: flatten(version), side, base: base?.value ?? null };
  const back: Unit = {
    ...next,
    [side === 'A' ? 'incA' : 'incB']: { value },
    ...(news && { orphans: [...unit.orphans, kept], tick: withDot(unit.tick, dot) }),
  };
  return news || !covers(unit.head, image(unit, otherSide(side))) ? back : named(back, side);
}

/**
 * Edits of the side are counted on from those that it does not hold any more, so whoever types there next would seem to have seen them. Where
 * head is one of those, it goes by a name of the hub's from now on.
 */
function named(unit: Unit, side: Side): Unit {
  const { head } = unit;
  if (head.dot?.actor !== side) return unit;
  const dot: Dot = { actor: 'H', n: unit.tick[2] + 1 };
  const other = otherSide(side);
  const held = image(unit, other);
  const next: Unit = {
    ...unit,
    head: { ...head, dot, ctx: flatten(head) },
    tick: withDot(unit.tick, dot),
    blocked: unit.blocked === null ? null : { ...unit.blocked, head: dot },
  };
  return holdsHead(unit, held) ? acknowledge(next, other, held.raw) : next;
}
