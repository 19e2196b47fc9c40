import { covers } from '../clock.js';
import { holdsHead } from '../author.js';
import type { Side } from '../clock.js';
import { CanonError } from '../errors.js';
import type { UnitPlan } from '../plan.js';
import { image, type Unit } from '../unit.js';
import { jsonEqual } from '../value.js';
import { rawOf } from '../at-rest.js';
import type { ProtocolContext } from './context.js';
import { hold } from './hold.js';
import type { Sighting } from './sighting.js';

/**
 * A side whose value is head's, though nothing was written there, holds head once a read that certainly began after head was authored
 * shows it still (semantics §1.5 v). Before, somebody may already have typed something else over it.
 */
export function confirm(context: ProtocolContext, seen: Sighting, shown: Iterable<string>): void {
  const { plan, side, units, abilities, guards, notes } = context;
  for (const key of shown) {
    const unit = units.get(key);
    const unitPlan = plan.unit.get(key);
    if (unit === undefined || unitPlan === undefined) continue;
    const img = image(unit, side);
    if (holdsHead(unit, img) || !covers(unit.head, img) || !showsHead(unitPlan, unit, side)) continue;
    if (guards.freshConfirmation && seen.start - abilities.staleMs < context.headAt(key)) continue;
    units.set(key, hold(unit, side, unit.head, rawOf(unitPlan, side, img)));
    notes.push({ kind: 'confirmed', unit: key, side, version: unit.head, dot: null });
  }
}

/** The same value, or what the side makes of it: a value that it cuts is not written to it again and again. */
function showsHead(plan: UnitPlan, unit: Unit, side: Side): boolean {
  const img = image(unit, side);
  if (plan.equal(img.value, unit.head.value)) return true;
  const held = rawOf(plan, side, img);
  try {
    return jsonEqual(held, plan.put(side, unit.head.value, held));
  } catch (error) {
    // What cannot be said there is not shown there.
    if (error instanceof CanonError) return false;
    throw error;
  }
}
