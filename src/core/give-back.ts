import {
  component,
  covers,
  flatten,
  join,
  sameDot,
  withDot,
  type Side,
  type VersionVector,
} from './clock.js';
import { CanonError } from './errors.js';
import { holdsHead } from './author.js';
import type { UnitPlan } from './plan.js';
import { rawOf } from './at-rest.js';
import { image, UNREADABLE, type Contest, type GiveBack, type Image, type Unit } from './unit.js';
import { jsonEqual, type Canon, type Raw } from './value.js';

/** What both sides said when a decision became head, and how many edits had been counted: to be kept with it, for its undo. */
export interface HeldBefore {
  readonly A: Image;
  readonly B: Image;
  readonly tick: VersionVector;
}

/**
 * To be taken from the registers just before the decision is authored. A side without an edit that head had not seen says head, also where
 * that was still to be written: an earlier decision is not undone with this one.
 */
export function heldBefore(unit: Unit): HeldBefore {
  return { A: said(unit, 'A'), B: said(unit, 'B'), tick: unit.tick };
}

function said(unit: Unit, side: Side): Image {
  const img = image(unit, side);
  if (unit.contest !== null) return givenBack(unit, side) ?? img;
  const refused = unit.blocked?.side === side || unit.blocked?.both === true;
  if (refused || holdsHead(unit, img) || !covers(unit.head, img)) return img;
  return { ...unit.head, raw: undefined };
}

/**
 * What becomes of a side when a decision is undone. Where nothing has to be written now, the value is noted all the same: a write of
 * what was decided may still be on its way there.
 */
export type SideUndone =
  /** It is given the value that it held before. */
  | 'given-back'
  /** Somebody edited it since: that edit stands as what the side says, and nothing is written. */
  | 'edited-since'
  /** It holds what it held before: there is nothing to write. */
  | 'as-it-was';

export function sideUndone(
  plan: UnitPlan,
  unit: Unit,
  side: Side,
  before: HeldBefore,
  edited: boolean,
): SideUndone {
  if (edited || isEditedSince(unit, side, before.tick)) return 'edited-since';
  return plan.equal(image(unit, side).value, before[side].value) ? 'as-it-was' : 'given-back';
}

/**
 * Also an edit that was taken back again counts: whoever touched the field since is not written over. One that a write of ours had hidden
 * was counted on its side before that.
 */
function isEditedSince(unit: Unit, side: Side, tick: VersionVector): boolean {
  return component(unit.tick, side) > component(tick, side);
}

/** The version that gives a side its value back, of the hub's own: whoever edits it next has seen the undone one go. */
export function givingBack(unit: Unit, side: Side, before: HeldBefore, n: number): GiveBack {
  const { value, stamp, by, raw } = before[side];
  const ctx = join(join(flatten(unit.head), flatten(image(unit, side))), flatten(before[side]));
  const version: Image = { value, dot: { actor: 'H', n }, ctx, stamp, by, raw };
  return { version, edits: component(unit.tick, side), refused: false };
}

/** What a side is to say again, whether it does so already or not; `null`: what stands there is what it says. */
export function givenBack(unit: Unit, side: Side): Image | null {
  const back = unit.contest?.undone?.[side] ?? null;
  if (back === null || back.refused || component(unit.tick, side) !== back.edits) return null;
  // Somebody's edit that is not understood, and not ours to replace.
  if (unit.blocked?.side === side && unit.blocked.code === UNREADABLE) return null;
  return back.version;
}

/** The same as long as it has to be written there. */
export function dueBack(plan: UnitPlan, unit: Unit, side: Side): Image | null {
  const version = givenBack(unit, side);
  if (version === null) return null;
  const img = image(unit, side);
  if (plan.contextOnly || plan.direction === (side === 'A' ? 'AtoB' : 'BtoA')) return null;
  if (sameDot(img.dot, version.dot) || plan.equal(img.value, version.value)) return null;
  const raw = rawToGiveBack(plan, side, version);
  return raw !== undefined && jsonEqual(rawOf(plan, side, img), raw) ? null : version;
}

/**
 * In the side's form; a reference by the id that its record has now. `undefined`: the mapping has changed since and cannot write the value,
 * or what it pointed to is not there any more.
 */
export function rawToGiveBack(plan: UnitPlan, side: Side, version: Image): Raw | undefined {
  try {
    const points = plan.reference !== undefined && version.value !== null;
    return points ? plan.put(side, version.value, undefined) : rawOf(plan, side, version);
  } catch (error) {
    if (error instanceof CanonError) return undefined;
    throw error;
  }
}

/** It was written there, in this raw form; later edits of the side start from it. */
export function holdBack(unit: Unit, side: Side, raw: Raw | undefined): Unit {
  const back = unit.contest?.undone?.[side] ?? null;
  if (back === null) return unit;
  const held: Image = { ...back.version, raw };
  const inc = { value: held.value };
  return side === 'A' ? { ...unit, A: held, incA: inc } : { ...unit, B: held, incB: inc };
}

/** The side will not take it, or somebody has a say in it first: what stands there is what it says. */
export function refuseBack(unit: Unit, side: Side): Unit {
  const back = unit.contest?.undone?.[side] ?? null;
  if (back === null) return unit;
  const contest = unit.contest as Contest;
  const undone = { ...contest.undone, [side]: { ...back, refused: true } } as NonNullable<Contest['undone']>;
  return { ...unit, contest: { ...contest, undone } };
}

/** Dots that were given to versions which are given back. */
export function withBackDots(tick: VersionVector, undone: NonNullable<Contest['undone']>): VersionVector {
  return withDot(withDot(tick, undone.A?.version.dot ?? null), undone.B?.version.dot ?? null);
}

/** What a side refused last: what it was to be given back, else head. */
export function refusedValue(unit: Unit, side: Side): Canon {
  const back = unit.contest?.undone?.[side] ?? null;
  return back?.refused === true ? back.version.value : unit.head.value;
}

/** Somebody has edited a field of the record there: an undo does not delete it any more, what stands there says that it lives. */
export function editedInLife(life: Unit, side: Side): Unit {
  return life.contest?.undone?.[side]?.version.value === 'deleted' ? refuseBack(life, side) : life;
}
