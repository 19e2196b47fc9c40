import { rawOf } from '../at-rest.js';
import { covers, flatten, withDot, type Dot } from '../clock.js';
import type { UnitPlan } from '../plan.js';
import { image, incorporated, type Image, type Orphan, type Unit } from '../unit.js';
import { jsonEqual, type Raw } from '../value.js';
import type { ProtocolContext } from './context.js';
import { takeEdit } from './edit.js';
import { withImage } from '../observe.js';
import { hold } from './hold.js';
import { isEcho } from './settle.js';
import type { SentUnit, SideState } from './side-state.js';
import type { PastChange, Sighting } from './sighting.js';
import { stampOfChange } from './stamp-of.js';
import { unitRaws } from './unit-raws.js';

export interface Replayed {
  /** The open attempt is among what landed. */
  readonly landed: boolean;
  /** Units of which the history told anything. */
  readonly shown: ReadonlySet<string>;
}

/**
 * Replays what a side's history tells since it was read last, in its order (semantics §1.6 T3): edits are events with the context of
 * the moment, writes of ours land where they landed, and an edit that one of them covered without knowing it is recovered.
 */
export function replay(context: ProtocolContext, state: SideState, seen: Sighting): Replayed {
  const { plan, side, units } = context;
  const shown = new Set<string>();
  let landed = false;
  for (const step of bySeq(seen.history ?? [], state.seq)) {
    const values: Record<string, Raw> = {};
    for (const { column, value } of step) values[column] = value;
    const { by, stamp } = step[0] as PastChange;
    for (const [key, raw] of unitRaws(plan, side, units, values)) {
      const unitPlan = plan.unit.get(key) as UnitPlan;
      shown.add(key);
      const sent = by === 'hub' ? sentAs(context, state, key, raw) : undefined;
      if (sent === undefined)
        takeEdit(context, unitPlan, raw, stampOfChange(context, stamp, seen.end), 'observed');
      else {
        land(context, unitPlan, sent.unit, raw);
        landed ||= sent.open;
      }
    }
  }
  return { landed, shown };
}

/** Which of our writes it was: the open one, or one that ended and of which a late copy may still land. */
function sentAs(
  context: ProtocolContext,
  state: SideState,
  key: string,
  raw: Raw,
): { readonly unit: SentUnit; readonly open: boolean } | undefined {
  const open = state.attempt?.units[key];
  if (open !== undefined && isEcho(context, key, open, raw)) return { unit: open, open: true };
  for (let i = state.landing.length - 1; i >= 0; i--) {
    const earlier = state.landing[i]?.units[key];
    if (earlier !== undefined && isEcho(context, key, earlier, raw)) return { unit: earlier, open: false };
  }
  // In a form that says nothing: the one write that can be meant.
  if (open !== undefined) return { unit: open, open: true };
  const last = [...state.landing].reverse().find(({ units }) => units[key] !== undefined)?.units[key];
  return last === undefined ? undefined : { unit: last, open: false };
}

function land(context: ProtocolContext, plan: UnitPlan, sent: SentUnit, raw: Raw): void {
  const { side, units, notes, guards } = context;
  const unit = units.get(plan.key) as Unit;
  const covered = image(unit, side);
  // The side has got its own edit back, and nobody had typed anything else before the record was made anew.
  if (sent.own && jsonEqual(rawOf(plan, side, covered), raw)) return;
  let next = unit;
  const known = covers(sent.version, covered);
  if (!known && !covers(unit.head, covered)) next = recovered(context, plan, unit, covered);
  else if (!known && unit.head.dot?.actor === side) next = renamed(context, plan, unit);
  const written = guards.postImage ? raw : sent.raw;
  // Its own edit: head has seen it no more than before.
  const own = { ...sent.version, raw: written };
  units.set(plan.key, sent.own ? withImage(next, side, own) : hold(next, side, sent.version, written));
  notes.push({
    kind: known ? 'acknowledged' : 'landed-again',
    unit: plan.key,
    side,
    version: sent.version,
    dot: null,
  });
}

/**
 * The covered edit becomes a candidate again, under an actor of its own: as an event of the side it would leave a gap that later
 * events of the side claim to have seen (§1.4).
 */
function recovered(context: ProtocolContext, plan: UnitPlan, unit: Unit, covered: Image): Unit {
  const { side, notes, guards } = context;
  const base = incorporated(unit, side);
  if (!guards.recoverFromHistory) return unit;
  // It had come back to what head holds of this side: there is nothing in it.
  if (base !== undefined && plan.equal(base.value, covered.value)) return unit;
  const dot: Dot = guards.ownActorForRecovered
    ? { actor: 'X', n: unit.tick[3] + 1 }
    : (covered.dot ?? { actor: 'X', n: unit.tick[3] + 1 });
  const { value, ctx, stamp, by } = covered;
  const orphan: Orphan = { value, dot, ctx, stamp, by, side, base: base?.value ?? null };
  notes.push({ kind: 'recovered', unit: plan.key, side, version: orphan, dot });
  return {
    ...unit,
    orphans: [...unit.orphans, orphan],
    tick: withDot(unit.tick, dot),
  };
}

/**
 * Head is the covered edit itself. Whoever types on the side next has not seen it, though the side's own count has passed it: under the
 * actor of what was covered, it cannot be taken for seen.
 */
function renamed({ side, notes, guards }: ProtocolContext, plan: UnitPlan, unit: Unit): Unit {
  if (!guards.ownActorForRecovered) return unit;
  const dot: Dot = { actor: 'X', n: unit.tick[3] + 1 };
  const head = { ...unit.head, dot, ctx: flatten(unit.head) };
  notes.push({ kind: 'renamed', unit: plan.key, side, version: head, dot });
  return { ...unit, head, tick: withDot(unit.tick, dot) };
}

function bySeq(history: readonly PastChange[], after: number): readonly (readonly PastChange[])[] {
  const steps: PastChange[][] = [];
  let seq = after;
  for (const change of history) {
    if (change.seq <= after) continue;
    if (change.seq === seq) (steps[steps.length - 1] as PastChange[]).push(change);
    else steps.push([change]);
    seq = change.seq;
  }
  return steps;
}

export function lastSeq(seen: Sighting, state: SideState): number {
  const { history } = seen;
  return history === null || history.length === 0
    ? state.seq
    : (history[history.length - 1] as PastChange).seq;
}
