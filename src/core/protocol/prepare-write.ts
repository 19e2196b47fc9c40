import { rawOf } from '../at-rest.js';
import { dueBack, rawToGiveBack } from '../give-back.js';
import { LIFE_UNIT } from '../life.js';
import { asItWas, madeAnew } from '../made-anew.js';
import { LIFE, type UnitPlan } from '../plan.js';
import { image, type Unit, type Version } from '../unit.js';
import { jsonEqual, type Raw } from '../value.js';
import { columnsOf } from './unit-raws.js';
import { deletesAsKnown, type Abilities } from './abilities.js';
import type { ProtocolContext } from './context.js';
import { lifeIn } from './context.js';
import type { Attempt, SentUnit, SideState } from './side-state.js';

/**
 * Whether a write may be made for the accepted state now. One is open at most, and none is made for a state that is in doubt. A stamp that is coarse says nothing about its own
 * granule: the state has to have been read again after that granule had ended on the side's clock (§1.6, T2).
 */
export function mayWrite({ abilities, guards }: ProtocolContext, state: SideState): boolean {
  if (state.attempt !== null || state.recheckAt !== null) return false;
  if (abilities.tier !== 'T2' || !guards.quiescedGranule || state.tag === null) return true;
  return Math.floor(state.freshLo / abilities.granuleMs) * abilities.granuleMs > (state.tag as number);
}

/**
 * Makes the attempt that brings these units to head on the side; `null` where the side shows them in its own form already (which a
 * fresh read has to confirm). To be stored before anything is sent. Payload and id are never changed again.
 */
export function prepareWrite(
  context: ProtocolContext,
  state: SideState,
  keys: readonly string[],
  id: string,
  now: number,
): Attempt | null {
  const { plan, side, units } = context;
  const sent: Record<string, SentUnit> = {};
  for (const key of keys) {
    const unitPlan = plan.unit.get(key) as UnitPlan;
    const unit = units.get(key) as Unit;
    const held = rawOf(unitPlan, side, image(unit, side));
    const back = dueBack(unitPlan, unit, side);
    const raw =
      back === null ? unitPlan.put(side, unit.head.value, held) : rawToGiveBack(unitPlan, side, back);
    if (raw !== undefined && !jsonEqual(raw, held))
      sent[key] = { version: versionOf(back ?? unit.head), raw, own: false };
  }
  return Object.keys(sent).length === 0 ? null : attemptOf(context, state, 'update', sent, id, now);
}

/**
 * Whether a record may be deleted there now. Where it is not compared first, it has to have been read after the deletion was decided on:
 * whatever had been edited before that is known then.
 */
export function mayDelete({ abilities, guards, headAt }: ProtocolContext, state: SideState): boolean {
  return deletesAsKnown(abilities) || !guards.readBeforeDelete || state.currentAt >= headAt(LIFE);
}

/** Deletes the record there, or makes it anew. */
export function prepareLife(context: ProtocolContext, state: SideState, id: string, now: number): Attempt {
  const { plan, side, units } = context;
  const life = lifeIn(context);
  const back = dueBack(LIFE_UNIT, life, side);
  const wanted = versionOf(back ?? life.head);
  const op = wanted.value === 'deleted' ? 'delete' : 'create';
  const sent: Record<string, SentUnit> = { [LIFE]: { version: wanted, raw: wanted.value, own: false } };
  for (const unitPlan of op === 'create' ? plan.units : []) {
    const unit = units.get(unitPlan.key);
    if (unit === undefined || unitPlan.contextOnly) continue;
    const { raw, own } = back === null ? madeAnew(unitPlan, unit, side) : asItWas(unitPlan, unit, side);
    sent[unitPlan.key] = { version: versionOf(own ? image(unit, side) : unit.head), raw, own };
  }
  return attemptOf(context, state, op, sent, id, now);
}

/**
 * Whether copies of an attempt are harmless: on a side that compares at most one takes effect. A record that is to be made has nothing to
 * compare; and where the side answers a repeated request as before, asking again would put off its deadline for ever.
 */
export function maySendAgain({ tier }: Abilities, attempt: Attempt): boolean {
  const compared =
    attempt.op === 'update' ? tier === 'T1' || tier === 'T2' : attempt.op === 'delete' && tier === 'T1';
  return attempt.state === 'unknown' && compared;
}

/** The same attempt goes out once more. */
export function sendAgain(attempt: Attempt, now: number, fenceMs: number): Attempt {
  return { ...attempt, state: 'sent', deadline: Math.max(attempt.deadline, now + fenceMs) };
}

function attemptOf(
  context: ProtocolContext,
  state: SideState,
  op: Attempt['op'],
  units: Attempt['units'],
  id: string,
  now: number,
): Attempt {
  const { tag, order } = state;
  const { fenceMs, tier } = context.abilities;
  const expect = tier === 'T0' && op !== 'create' ? standing(context, op === 'delete' ? null : units) : null;
  const deadline = now + fenceMs;
  const told: readonly string[] = [];
  return { id, op, state: 'sent', units, expect, tag, order, sentAt: now, deadline, answeredAt: null, told };
}

/** What the columns of these units hold, or of all: a record is deleted as it is known. */
function standing(
  { plan, side, units }: ProtocolContext,
  sent: Attempt['units'] | null,
): Readonly<Record<string, Raw>> {
  const expect: Record<string, Raw> = {};
  for (const unitPlan of plan.units) {
    const unit = units.get(unitPlan.key);
    if (unit === undefined || (sent !== null && sent[unitPlan.key] === undefined)) continue;
    columnsOf(plan, side, unitPlan.key, rawOf(unitPlan, side, image(unit, side)), expect);
  }
  return expect;
}

function versionOf({ value, dot, ctx, stamp, by }: Version): Version {
  return { value, dot, ctx, stamp, by };
}
