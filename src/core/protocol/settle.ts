import { flatten, join } from '../clock.js';
import { LIFE_UNIT } from '../life.js';
import { LIFE, type UnitPlan } from '../plan.js';
import { jsonEqual, type Canon, type Raw } from '../value.js';
import { image, type Unit } from '../unit.js';
import { CanonError } from '../errors.js';
import { rawOf } from '../at-rest.js';
import { deletesAsKnown, isConditional } from './abilities.js';
import { lifeIn, type ProtocolContext } from './context.js';
import { takeEdit } from './edit.js';
import { hold } from './hold.js';
import type { Attempt, SentUnit, SideState } from './side-state.js';
import type { Sighting } from './sighting.js';
import { stampOfSighting } from './stamp-of.js';

/**
 * How a write without an answer ended, as far as a later state tells (semantics §2.1).
 *
 * - `open`: the state is still the one the write was made for. It may land yet; sent again, at most one copy takes effect.
 * - `applied`, `not-applied`: known for all its units.
 * - `unclear`: something was written, and whether by us has to be told unit by unit.
 */
export type Ending = 'open' | 'applied' | 'not-applied' | 'unclear';

/** `seen` is not older than the accepted state: by the side's own order, or by time. */
export function endingOf(
  context: ProtocolContext,
  attempt: Attempt,
  seen: Sighting,
  raws: ReadonlyMap<string, Raw>,
): Ending {
  const { abilities, guards } = context;
  const canCompare = isConditional(abilities);
  if (!guards.recogniseEcho) return canCompare && seen.tag === attempt.tag ? 'open' : 'not-applied';
  const over = seen.start - abilities.staleMs > attempt.deadline || !guards.waitForDeadline;
  if (attempt.op === 'delete' && !deletesAsKnown(abilities)) {
    if (seen.alive) return over ? 'not-applied' : 'open';
    return 'applied';
  }
  // A side that compares has carried nothing out while the tag of the write stands.
  if (canCompare && seen.alive && seen.tag === attempt.tag) return 'open';
  if (abilities.marker && seen.alive && seen.marker === attempt.id) return 'applied';
  // A record that is to be made has nothing to compare. A copy may land until the deadline, also where somebody else has made the
  // record meanwhile: it may be deleted again before.
  if (attempt.op === 'create' && !over) return 'open';
  if (attempt.op === 'create' && !seen.alive) return 'not-applied';
  // The tag has moved and not through us: no copy can succeed any more.
  if (abilities.marker && seen.alive && canCompare) return 'not-applied';
  if (!canCompare) {
    const landed = [...raws].some(([key, raw]) => isEcho(context, key, attempt.units[key], raw));
    return landed || over ? 'unclear' : 'open';
  }
  if (isNext(context, attempt, seen) && attempt.op === 'update' && abilities.keepsValues) {
    // Exactly one write since: it was ours, or it was somebody else's. Ours would have changed every unit.
    const sent = Object.entries(attempt.units).filter(([key]) => raws.has(key));
    const moved = sent.filter(([key]) => !standsAsBefore(context, key, raws.get(key) as Raw));
    if (moved.length < sent.length) return 'not-applied';
  }
  return 'unclear';
}

/** Works an ended write into its units, by what the state shows of each. */
export function settleUnits(
  context: ProtocolContext,
  state: SideState,
  attempt: Attempt,
  ending: Exclude<Ending, 'open'>,
  seen: Sighting,
  raws: ReadonlyMap<string, Raw>,
): void {
  const exact = isNext(context, attempt, seen);
  for (const [key, sent] of Object.entries(attempt.units)) {
    if (key === LIFE) {
      settleLife(context, attempt, sent, seen);
      continue;
    }
    const raw = raws.get(key);
    const plan = context.plan.unit.get(key);
    if (raw === undefined || plan === undefined || !seen.alive) continue;
    settleUnit(context, state, { plan, sent, raw, ending, exact }, seen);
  }
}

interface UnitEnding {
  readonly plan: UnitPlan;
  readonly sent: SentUnit;
  readonly raw: Raw;
  readonly ending: Exclude<Ending, 'open'>;
  readonly exact: boolean;
}

function settleUnit(context: ProtocolContext, state: SideState, of: UnitEnding, seen: Sighting): void {
  const { side, units, notes, guards, abilities } = context;
  const { plan, sent, raw, ending, exact } = of;
  const unit = units.get(plan.key) as Unit;
  const stamp = stampOfSighting(context, state, seen);
  const echo = isEcho(context, plan.key, sent, raw);
  const before = standsAsBefore(context, plan.key, raw);
  if (sent.own) {
    if (!before) takeEdit(context, plan, raw, stamp, 'observed');
    return;
  }
  if (ending === 'applied') {
    // Nobody wrote in between: whatever stands is ours in the side's form.
    if (echo || exact) {
      units.set(plan.key, hold(unit, side, sent.version, guards.postImage ? raw : sent.raw));
      notes.push({ kind: 'acknowledged', unit: plan.key, side, version: sent.version, dot: null });
      return;
    }
    if (!abilities.keepsValues) {
      // Ours in the side's own form, or an edit after ours: taken as an edit that did not know ours, which at worst asks for nothing.
      takeEdit(context, plan, raw, stamp, 'ambiguous');
      doubt(context, plan);
      return;
    }
    units.set(plan.key, hold(unit, side, sent.version, sent.raw));
    notes.push({ kind: 'acknowledged', unit: plan.key, side, version: sent.version, dot: null });
    takeEdit(context, plan, raw, stamp, 'observed');
    return;
  }
  if (ending === 'not-applied') {
    notes.push({ kind: 'not-written', unit: plan.key, side, version: sent.version, dot: null });
    if (!before) takeEdit(context, plan, raw, stamp, 'observed');
    return;
  }
  if (isDelta(plan) && guards.exactBaseForMerges) {
    if (!before) takeEdit(context, plan, raw, stamp, 'ambiguous');
    doubt(context, plan);
    return;
  }
  if (echo) {
    units.set(plan.key, hold(unit, side, sent.version, guards.postImage ? raw : sent.raw));
    notes.push({ kind: 'acknowledged', unit: plan.key, side, version: sent.version, dot: null });
    return;
  }
  if (!before) takeEdit(context, plan, raw, stamp, 'ambiguous');
}

/** A sum or a set cannot be formed: it is not known whether the side's edit started from our write. A person is asked. */
function doubt({ units, guards }: ProtocolContext, plan: UnitPlan): void {
  if (!isDelta(plan) || !guards.exactBaseForMerges) return;
  const unit = units.get(plan.key) as Unit;
  units.set(plan.key, {
    ...unit,
    contest: {
      ...(unit.contest?.undone !== undefined && { undone: unit.contest.undone }),
      kind: 'ambiguous-base',
      ctx: join(flatten(unit.head), join(flatten(unit.A), flatten(unit.B))),
      candidates: unit.contest?.candidates ?? [],
      reason: 'it is not known whether the last write had arrived, so the edits cannot be added up',
    },
  });
}

export function settleLife(context: ProtocolContext, attempt: Attempt, sent: SentUnit, seen: Sighting): void {
  const { units, side, notes } = context;
  const wanted = attempt.op === 'delete' ? 'deleted' : 'live';
  if ((seen.alive ? 'live' : 'deleted') !== wanted) {
    notes.push({ kind: 'not-written', unit: LIFE, side, version: sent.version, dot: null });
    return;
  }
  units.set(LIFE, hold(lifeIn(context), side, sent.version, undefined as never));
  notes.push({ kind: 'acknowledged', unit: LIFE, side, version: sent.version, dot: null });
}

/** The state shown is one write after the one that the attempt was made for. */
function isNext({ abilities }: ProtocolContext, attempt: Attempt, seen: Sighting): boolean {
  return (
    abilities.order === 'counter' &&
    attempt.order !== null &&
    seen.order !== null &&
    seen.order === attempt.order + 1
  );
}

export function isEcho(context: ProtocolContext, key: string, sent: SentUnit | undefined, raw: Raw): boolean {
  if (sent === undefined) return false;
  if (jsonEqual(sent.raw, raw)) return true;
  const plan = key === LIFE ? LIFE_UNIT : context.plan.unit.get(key);
  if (plan === undefined) return false;
  const value = readOrNothing(plan, context.side, raw);
  return value !== undefined && plan.equal(value, sent.version.value);
}

function standsAsBefore(context: ProtocolContext, key: string, raw: Raw): boolean {
  const plan = context.plan.unit.get(key);
  const unit = context.units.get(key);
  return (
    plan !== undefined &&
    unit !== undefined &&
    jsonEqual(rawOf(plan, context.side, image(unit, context.side)), raw)
  );
}

function readOrNothing(plan: UnitPlan, side: ProtocolContext['side'], raw: Raw): Canon | undefined {
  try {
    return plan.get(side, raw);
  } catch (error) {
    if (error instanceof CanonError) return undefined;
    throw error;
  }
}

/** What is merged is what changed since a base: the base has to be known to the letter. */
export function isDelta(plan: UnitPlan): boolean {
  const { policy } = plan;
  return policy.strategy === 'merge' && policy.merge !== 'min' && policy.merge !== 'max';
}
