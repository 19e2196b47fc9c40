import { dotText, vectorText, type Side } from '../../core/clock.js';
import { CanonError } from '../../core/errors.js';
import { observe, withImage } from '../../core/observe.js';
import type { UnitPlan } from '../../core/plan.js';
import type { Stamp } from '../../core/stamp.js';
import { image, type Author, type Unit } from '../../core/unit.js';
import type { Canon, Raw } from '../../core/value.js';
import type { LineageDraft } from './lineage.js';
import type { RecordState } from './record-state.js';

/** Somebody's value is seen on a side: the unit's image moves, and the lineage is told. */
export function moveUnit(
  record: RecordState,
  plan: UnitPlan,
  side: Side,
  raw: Raw,
  stamp: Stamp | null,
  by: Author | null,
  stale: boolean,
  draft: LineageDraft,
): void {
  const unit = record.units.get(plan.key) as Unit;
  let value: Canon;
  try {
    value = plan.get(side, raw);
  } catch (error) {
    if (!(error instanceof CanonError)) throw error;
    record.units.set(plan.key, unreadable(unit, side, raw, error, draft.at ?? 0));
    draft.units[plan.key] = { k: 'unreadable', w: error.message };
    return;
  }
  const before = image(unit, side).value;
  const seen = observe(plan, unit, { side, value, raw, stamp, by, stale });
  const cleared =
    seen.unit.blocked?.side === side && seen.unit.blocked.code === 'unreadable'
      ? { ...seen.unit, blocked: null }
      : seen.unit;
  record.units.set(plan.key, cleared);
  if (seen.kind === 'cosmetic') {
    draft.units[plan.key] = { v: value, k: 'cosmetic' };
    return;
  }
  draft.units[plan.key] = {
    o: before,
    v: value,
    d: dotText(seen.dot),
    c: vectorText(seen.ctx),
    k: stale ? 'stale-form' : 'observed',
    ...(stamp !== null && { s: stamp }),
  };
}

export function plainValue(plan: UnitPlan, side: Side, raw: Raw): Canon {
  try {
    return plan.get(side, raw);
  } catch (error) {
    if (error instanceof CanonError) return null;
    throw error;
  }
}

function unreadable(unit: Unit, side: Side, raw: Raw, error: CanonError, at: number): Unit {
  const held = withImage(unit, side, { ...image(unit, side), raw });
  return {
    ...held,
    blocked: { side, code: 'unreadable', detail: error.message, since: at, head: unit.head.dot },
  };
}
