import { LIFE_UNIT } from '../life.js';
import { LIFE, type UnitPlan } from '../plan.js';
import { rawOf } from '../at-rest.js';
import { covers, sameDot } from '../clock.js';
import { image, type Unit } from '../unit.js';
import { jsonEqual, type Raw } from '../value.js';
import { classify, freshFrom, isFresh, type SightingClass } from './classify.js';
import { confirm } from './confirm.js';
import { lifeIn, type ProtocolContext } from './context.js';
import { takeEdit } from './edit.js';
import { hold } from './hold.js';
import { lastSeq, replay, type Replayed } from './replay.js';
import { endingOf, settleLife, settleUnits, type Ending } from './settle.js';
import type { Attempt, SideState } from './side-state.js';
import type { Sighting } from './sighting.js';
import { stampOfSighting } from './stamp-of.js';
import { unitRaws } from './unit-raws.js';

const NOTHING_TOLD: Replayed = { landed: false, shown: new Set() };

export interface Taken {
  readonly state: SideState;
  /** Has to be read again: this answer could not be used, or not for everything. */
  readonly dirty: boolean;
}

/**
 * Works one answer to a read into a record's registers: the only way in which a side that is read moves them (semantics §1.5).
 * Deterministic; a repeated or late answer changes nothing.
 */
export function takeSighting(context: ProtocolContext, state: SideState, seen: Sighting): Taken {
  const { guards, abilities } = context;
  const { attempt } = state;
  if (attempt?.state === 'sent') {
    if (guards.dropWhileSent) return { state, dirty: true };
    const taken = takeState(context, { ...state, attempt: null }, seen);
    return { ...taken, state: { ...taken.state, attempt } };
  }
  // Whether a fenced write happened is asked, not read.
  if (attempt !== null && abilities.tier === 'T0') return { state, dirty: true };
  return takeState(context, state, seen);
}

function takeState(context: ProtocolContext, state: SideState, seen: Sighting): Taken {
  const { guards, abilities } = context;
  const { attempt } = state;
  const raws = seen.alive
    ? unitRaws(context.plan, context.side, context.units, seen.values)
    : new Map<string, Raw>();
  const kind =
    seen.history === null || !guards.recoverFromHistory
      ? classify(guards, abilities, state, seen, isEqual(context, seen, raws))
      : byHistory(context, state, seen);
  if (kind === 'stale') return { state, dirty: false };
  if (kind === 'recheck') {
    return { state: { ...state, recheckAt: freshFrom(abilities, state) }, dirty: false };
  }
  const accepted = accept(context, state, seen, kind);
  if (seen.history !== null && guards.recoverFromHistory)
    return takeHistory(context, state, accepted, seen, kind);

  const ended = attempt === null ? null : settle(context, state, attempt, seen, raws, kind);
  const open = ended === 'open' ? attempt : null;
  takeEdits(context, state, seen, raws, attempt);
  if (open === null) confirm(context, seen, raws.keys());
  // Of a record that somebody else may have made nothing was taken: it bounds no time from below.
  const taken = open?.op !== 'create' || !seen.alive;
  const { currentAt, modifiedAt } = taken ? accepted : state;
  return { state: { ...accepted, currentAt, modifiedAt, attempt: open }, dirty: false };
}

function settle(
  context: ProtocolContext,
  state: SideState,
  attempt: Attempt,
  seen: Sighting,
  raws: ReadonlyMap<string, Raw>,
  kind: SightingClass,
): Ending {
  // A state that may be older than the one the write was made for has another tag as well.
  const later = kind === 'new' || isFresh(context.abilities, state, seen);
  if (!later && context.guards.settleByLaterState) return 'open';
  const ending = endingOf(context, attempt, seen, raws);
  if (ending !== 'open') settleUnits(context, state, attempt, ending, seen, raws);
  return ending;
}

/** What the state shows beside the units of the write it was judged by. */
function takeEdits(
  context: ProtocolContext,
  state: SideState,
  seen: Sighting,
  raws: ReadonlyMap<string, Raw>,
  attempt: Attempt | null,
): void {
  takeLife(context, state, seen, attempt);
  const stamp = stampOfSighting(context, state, seen);
  for (const [key, raw] of raws) {
    if (attempt?.units[key] !== undefined) continue;
    const plan = context.plan.unit.get(key) as UnitPlan;
    const unit = context.units.get(key) as Unit;
    const held = image(unit, context.side);
    if (jsonEqual(rawOf(plan, context.side, held), raw)) continue;
    takeEdit(context, plan, raw, stamp, 'observed');
  }
}

function takeLife(context: ProtocolContext, state: SideState, seen: Sighting, attempt: Attempt | null): void {
  const life = lifeIn(context);
  const value = seen.alive ? 'live' : 'deleted';
  if (attempt?.units[LIFE] !== undefined || image(life, context.side).value === value) return;
  context.units.set(LIFE, life);
  takeEdit(context, LIFE_UNIT, value, stampOfSighting(context, state, seen), 'observed');
}

function takeHistory(
  context: ProtocolContext,
  state: SideState,
  accepted: SideState,
  seen: Sighting,
  kind: SightingClass,
): Taken {
  const { abilities, guards } = context;
  const { attempt } = state;
  const { landed, shown } = kind === 'new' ? replay(context, state, seen) : NOTHING_TOLD;
  const since = seen.start - abilities.staleMs;
  // All that an answered write did is in a history that was read after the answer; one without an answer may land until its deadline.
  const lifeSent = attempt?.units[LIFE];
  const over =
    attempt !== null &&
    (landed ||
      (attempt.op === 'delete' && !seen.alive) ||
      (attempt.answeredAt !== null && since >= attempt.answeredAt) ||
      since > attempt.deadline ||
      !guards.waitForDeadline);
  const landing =
    over && attempt !== null
      ? [...state.landing, { units: attempt.units, deadline: attempt.deadline }]
      : state.landing;
  const told = [...new Set([...(attempt?.told ?? []), ...shown])];
  const open = over || attempt === null ? null : shown.size === 0 ? attempt : { ...attempt, told };
  if (over && lifeSent !== undefined) settleLife(context, attempt, lifeSent, seen);
  takeLife(context, state, seen, over ? null : attempt);
  if (over && attempt.answeredAt !== null && since >= attempt.answeredAt)
    holdUnchanged(context, attempt, told);
  if (open === null) confirm(context, seen, context.units.keys());
  return {
    state: {
      ...accepted,
      seq: Math.max(state.seq, lastSeq(seen, state)),
      attempt: open,
      landing: landing.filter(({ deadline }) => deadline >= since),
    },
    dirty: false,
  };
}

/**
 * The write was carried out, and of some units the history shows nothing: the side held already what it makes of the value. Where nobody
 * has changed it since, it holds ours.
 */
function holdUnchanged(context: ProtocolContext, attempt: Attempt, told: readonly string[]): void {
  const { plan, side, units, notes } = context;
  for (const [key, sent] of Object.entries(attempt.units)) {
    // It landed and another write after it, or a late copy of an earlier one: what stands is what was told last.
    if (sent.own || told.includes(key)) continue;
    const unit = units.get(key);
    const unitPlan = plan.unit.get(key);
    if (unit === undefined || unitPlan === undefined) continue;
    const img = image(unit, side);
    if (sameDot(img.dot, sent.version.dot) || !covers(sent.version, img)) continue;
    units.set(key, hold(unit, side, sent.version, rawOf(unitPlan, side, img)));
    notes.push({ kind: 'acknowledged', unit: key, side, version: sent.version, dot: null });
  }
}

function byHistory(context: ProtocolContext, state: SideState, seen: Sighting): SightingClass {
  const seq = lastSeq(seen, state);
  if (seq < state.seq) return 'stale';
  if (seq > state.seq) return 'new';
  if (image(lifeIn(context), context.side).value === (seen.alive ? 'live' : 'deleted')) return 'same';
  // That a record was deleted or made is in no field's history.
  if (seen.order !== null && state.order !== null && seen.order !== state.order)
    return seen.order > state.order ? 'new' : 'stale';
  return isFresh(context.abilities, state, seen) ? 'new' : 'recheck';
}

function accept(context: ProtocolContext, state: SideState, seen: Sighting, kind: SightingClass): SideState {
  const { abilities, guards } = context;
  const fresh = isFresh(abilities, state, seen);
  const current = Math.max(state.currentAt, seen.start - abilities.staleMs);
  const freshLo = Math.max(state.freshLo, seen.serverTime - abilities.staleMs);
  const clearRecheck = kind === 'new' || fresh ? null : state.recheckAt;
  if (kind === 'same') {
    const refreshed = fresh && guards.refreshToken;
    return {
      ...state,
      ...(refreshed && {
        tag: seen.tag,
        order: seen.order,
        modifiedAt: seen.modifiedAt,
        asOf: Math.max(state.asOf, seen.end),
      }),
      currentAt: current,
      freshLo,
      recheckAt: clearRecheck,
    };
  }
  return {
    ...state,
    order: seen.order,
    tag: seen.tag,
    modifiedAt: seen.modifiedAt,
    asOf: Math.max(state.asOf, seen.end),
    currentAt: current,
    freshLo,
    recheckAt: clearRecheck,
  };
}

function isEqual(context: ProtocolContext, seen: Sighting, raws: ReadonlyMap<string, Raw>): boolean {
  const { plan, side, units } = context;
  if (image(lifeIn(context), side).value !== (seen.alive ? 'live' : 'deleted')) return false;
  for (const [key, raw] of raws) {
    const unit = units.get(key) as Unit;
    if (!jsonEqual(rawOf(plan.unit.get(key) as UnitPlan, side, image(unit, side)), raw)) return false;
  }
  return true;
}
