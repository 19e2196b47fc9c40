import { sameDot } from '../clock.js';
import { refuseBack } from '../give-back.js';
import { LIFE } from '../plan.js';
import { refusedBy } from '../push.js';
import type { Unit } from '../unit.js';
import type { Raw } from '../value.js';
import { lifeIn, type ProtocolContext } from './context.js';
import { hold } from './hold.js';
import type { Attempt, SentUnit, SideState } from './side-state.js';
import type { Sighting } from './sighting.js';
import type { Taken } from './take-sighting.js';
import { takeEdit } from './edit.js';
import { unitRaws } from './unit-raws.js';
import { rawOf } from '../at-rest.js';
import { image } from '../unit.js';
import { jsonEqual } from '../value.js';
import type { UnitPlan } from '../plan.js';
import { stampOfSighting } from './stamp-of.js';

/** What came back for a write (semantics §4.4). */
export type Answer =
  /** Carried out. `seen`: the record after it (the post-image). */
  | { readonly status: 'applied'; readonly seen: Sighting }
  /** The condition did not hold (412, no row), or there was such a record already. */
  | { readonly status: 'missed' }
  | { readonly status: 'gone' }
  /** The side will not take it; `units` where it says which. */
  | { readonly status: 'refused'; readonly units: readonly string[]; readonly detail: string }
  /** It has not been carried out and never will be: the side promised. */
  | { readonly status: 'fenced' };

/** Works the answer to a write in. An answer to a write that has ended already says nothing. */
export function takeAnswer(
  context: ProtocolContext,
  state: SideState,
  id: string,
  answer: Answer,
  now: number,
): Taken {
  const { attempt } = state;
  if (attempt?.id !== id) return { state, dirty: false };
  switch (answer.status) {
    case 'applied':
      return applied(context, state, attempt, answer.seen);
    case 'missed':
    case 'gone': {
      // T0 remembers how a request ended: this is its end. Elsewhere an earlier copy may have succeeded, which is why this one did not.
      const dead = context.abilities.tier === 'T0' || !context.guards.missIsUnknown;
      // Something stands there that has not been read.
      return {
        state: { ...state, attempt: dead ? null : { ...attempt, state: 'unknown' }, recheckAt: now },
        dirty: true,
      };
    }
    case 'fenced':
      return { state: { ...state, attempt: null }, dirty: true };
    case 'refused': {
      if (!context.guards.blockRefused) return { state: { ...state, attempt: null }, dirty: true };
      for (const key of refusedUnits(attempt, answer.units))
        block(context, key, attempt.units[key], answer.detail, now);
      return { state: { ...state, attempt: null }, dirty: true };
    }
  }
}

/** No answer will come: it may have been carried out, and it may not. */
export function loseAnswer(context: ProtocolContext, state: SideState): SideState {
  const { attempt } = state;
  if (attempt?.state !== 'sent') return state;
  if (!context.guards.unknownMayBeApplied) return { ...state, attempt: null };
  if (!context.guards.unknownMayBeLost) {
    for (const [key, sent] of Object.entries(attempt.units)) holdSent(context, key, sent, sent.raw);
    return { ...state, attempt: null };
  }
  return { ...state, attempt: { ...attempt, state: 'unknown' } };
}

function applied(context: ProtocolContext, state: SideState, attempt: Attempt, seen: Sighting): Taken {
  const { guards, units, plan, side } = context;
  if (seen.history !== null && guards.recoverFromHistory) {
    // What it covered is in the history, which has to be read again: another change may be on its way into it.
    return {
      state: { ...state, attempt: { ...attempt, state: 'unknown', answeredAt: seen.end } },
      dirty: true,
    };
  }
  const raws = seen.alive ? unitRaws(plan, side, units, seen.values) : new Map<string, Raw>();
  for (const [key, sent] of Object.entries(attempt.units))
    holdSent(context, key, sent, guards.postImage ? (raws.get(key) ?? sent.raw) : sent.raw);
  // Other columns that the side changed because of the write, or that somebody did where single fields are compared.
  const stamp = stampOfSighting(context, state, seen);
  for (const [key, raw] of raws) {
    if (attempt.units[key] !== undefined) continue;
    const unitPlan = plan.unit.get(key) as UnitPlan;
    const held = rawOf(unitPlan, side, image(units.get(key) as Unit, side));
    if (!jsonEqual(held, raw)) takeEdit(context, unitPlan, raw, stamp, 'observed');
  }
  return {
    state: {
      ...state,
      order: seen.order,
      tag: seen.tag,
      modifiedAt: seen.modifiedAt,
      asOf: Math.max(state.asOf, seen.end),
      currentAt: Math.max(state.currentAt, attempt.sentAt),
      freshLo: Math.max(state.freshLo, seen.serverTime),
      recheckAt: null,
      attempt: null,
    },
    dirty: false,
  };
}

function holdSent(context: ProtocolContext, key: string, sent: SentUnit, raw: Raw): void {
  const { units, side, notes } = context;
  const unit = key === LIFE ? lifeIn(context) : units.get(key);
  if (unit === undefined || sent.own) return;
  units.set(key, hold(unit, side, sent.version, raw));
  notes.push({ kind: 'acknowledged', unit: key, side, version: sent.version, dot: null });
}

/** A record that cannot be made with one of its values cannot be made: that is what waits. */
function refusedUnits(attempt: Attempt, named: readonly string[]): readonly string[] {
  if (attempt.op !== 'update') return [LIFE];
  return named.length > 0 ? named : Object.keys(attempt.units);
}

function block(
  { units, side }: ProtocolContext,
  key: string,
  sent: SentUnit | undefined,
  detail: string,
  now: number,
): void {
  const unit = units.get(key);
  if (unit === undefined) return;
  const back = unit.contest?.undone?.[side] ?? null;
  const isBack = back !== null && sent !== undefined && sameDot(sent.version.dot, back.version.dot);
  // Head has moved on while the write was on its way: of what it says now nothing was refused.
  if (sent !== undefined && !isBack && !sameDot(sent.version.dot, unit.head.dot)) return;
  const blocked = refusedBy(unit, { side, code: 'refused', detail, since: now });
  units.set(key, { ...(isBack ? refuseBack(unit, side) : unit), blocked });
}
