import { flatten, join, sameDot, withDot, type Dot, type Side, type VersionVector } from './clock.js';
import { tripOf } from './guard.js';
import type { Authored } from './outcome.js';
import type { SidePlan, UnitPlan } from './plan.js';
import { image, UNREADABLE, type Image, type Unit, type Version } from './unit.js';

/**
 * Makes an outcome the new head. To be called only in the transaction that plans a write with it, or that closes the matter without
 * one: until then nobody outside has seen it and it can be computed anew (semantics §0.3).
 *
 * A fast-forward takes the side's own version over. Everything else is signed by the hub with a context that joins all registers, so
 * that it covers every change, void, recovered write and decision that went into it. What each side holds is now folded in.
 */
export function author(unit: Unit, outcome: Authored): Unit {
  const head =
    outcome.how === 'fast-forward' && outcome.from !== null
      ? plainVersion(outcome.from)
      : signed(unit, outcome);
  return {
    ...unit,
    head,
    incA: { value: unit.A.value },
    incB: { value: unit.B.value },
    orphans: [],
    decision: null,
    contest: null,
    tick: join(unit.tick, withDot(unit.tick, head.dot)),
    blocked: staysBlocked(unit, outcome) ? unit.blocked : null,
  };
}

/**
 * Another head may be accepted where the last was refused. What a side shows stays unreadable; a guard holds what comes of its own
 * accord, and nothing that a person has chosen.
 */
function staysBlocked({ blocked }: Unit, { how }: Authored): boolean {
  return blocked?.code === UNREADABLE || (tripOf(blocked) !== null && how !== 'decision');
}

function signed(unit: Unit, outcome: Authored): Version {
  const dot: Dot = { actor: 'H', n: unit.tick[2] + 1 };
  let ctx: VersionVector = join(join(flatten(unit.A), flatten(unit.B)), flatten(unit.head));
  for (const orphan of unit.orphans) ctx = join(ctx, flatten(orphan));
  if (unit.decision !== null) ctx = join(ctx, flatten(unit.decision));
  if (unit.contest !== null) ctx = join(ctx, unit.contest.ctx);
  // The winner keeps the time of its edit: stamped "now", the hub's own resolution would look newer than a person's write.
  return { value: outcome.value, dot, ctx, stamp: outcome.from?.stamp ?? null, by: outcome.from?.by ?? null };
}

function plainVersion(version: Version): Version {
  return { value: version.value, dot: version.dot, ctx: version.ctx, stamp: version.stamp, by: version.by };
}

/**
 * A side whose change log is read in order and whose image says what head says holds head: whatever is edited there next is typed over
 * that very value. On a side that is only read, a fresh read must confirm it first (semantics §1.5 v).
 */
export function acknowledgeEqual(plan: UnitPlan, unit: Unit, sides: Readonly<Record<Side, SidePlan>>): Unit {
  let next = unit;
  for (const side of ['A', 'B'] as const) {
    const img = image(next, side);
    if (!sides[side].orderedLog || holdsHead(next, img) || !plan.equal(img.value, next.head.value)) continue;
    next = acknowledge(next, side, img.raw);
  }
  return next;
}

/** The side is known to hold head, in this raw form. */
export function acknowledge(unit: Unit, side: Side, raw: Image['raw']): Unit {
  const held: Image = { ...unit.head, raw };
  const inc = { value: unit.head.value };
  return side === 'A' ? { ...unit, A: held, incA: inc } : { ...unit, B: held, incB: inc };
}

export function holdsHead(unit: Unit, img: Version): boolean {
  const { dot } = unit.head;
  return (
    dot === img.dot ||
    (dot !== null && img.dot !== null && dot.actor === img.dot.actor && dot.n === img.dot.n)
  );
}

/** The side holds what it was given back by an undo, or is taken to as long as that write is on its way. */
export function holdsBack(unit: Unit, side: Side): boolean {
  const back = unit.contest?.undone?.[side] ?? null;
  return back !== null && sameDot(image(unit, side).dot, back.version.dot);
}
