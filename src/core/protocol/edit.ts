import type { Unit } from '../unit.js';
import { CanonError } from '../errors.js';
import { observe } from '../observe.js';
import type { UnitPlan } from '../plan.js';
import type { Stamp } from '../stamp.js';
import { image, UNREADABLE } from '../unit.js';
import type { Raw } from '../value.js';
import type { ProtocolContext } from './context.js';

/** Takes a value in that somebody put where the side's image stands: a new event unless it is the same value in another form. */
export function takeEdit(
  context: ProtocolContext,
  plan: UnitPlan,
  raw: Raw,
  stamp: Stamp | null,
  kind: 'observed' | 'ambiguous',
): void {
  const { side, units, notes } = context;
  const unit = units.get(plan.key);
  if (unit === undefined) return;
  let value;
  try {
    value = plan.get(side, raw);
  } catch (error) {
    if (!(error instanceof CanonError)) throw error;
    units.set(plan.key, unreadable(context, unit, raw, error));
    return;
  }
  const seen = observe(plan, unit, { side, value, raw, stamp, by: null, stale: false });
  const readable = unit.blocked?.side === side && unit.blocked.code === UNREADABLE;
  units.set(plan.key, readable ? { ...seen.unit, blocked: null } : seen.unit);
  if (seen.kind === 'cosmetic') {
    notes.push({ kind: 'cosmetic', unit: plan.key, side, version: image(seen.unit, side), dot: null });
    return;
  }
  const version = { value, dot: seen.dot, ctx: seen.ctx, stamp, by: null };
  notes.push({ kind, unit: plan.key, side, version, dot: seen.dot });
}

function unreadable({ side }: ProtocolContext, unit: Unit, raw: Raw, error: CanonError): Unit {
  const blocked = { side, code: UNREADABLE, detail: error.message, since: 0, head: unit.head.dot };
  const img = { ...image(unit, side), raw };
  return side === 'A' ? { ...unit, A: img, blocked } : { ...unit, B: img, blocked };
}
