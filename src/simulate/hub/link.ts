import { SIDES, type Side } from '../../core/clock.js';
import { fromBothSides } from '../../core/linking.js';
import type { Plan } from '../../core/plan.js';
import { NOTHING_KNOWN, type SideState } from '../../core/protocol/side-state.js';
import { unitRaws } from '../../core/protocol/unit-raws.js';
import type { Unit } from '../../core/unit.js';
import type { Reading } from '../../connectors/memory/exchange.js';
import { BLANK } from './store.js';

/** The registers of two records that become one link, as they were read. */
export function linkedUnits(plan: Plan, first: Readonly<Record<Side, Reading>>): Map<string, Unit> {
  const units = new Map<string, Unit>();
  const blank = new Map(plan.units.map(({ key }) => [key, BLANK]));
  const raws = {
    A: unitRaws(plan, 'A', blank, first.A.values),
    B: unitRaws(plan, 'B', blank, first.B.values),
  };
  for (const unit of plan.units) {
    const [a, b] = SIDES.map((side) => {
      const raw = raws[side].get(unit.key) ?? null;
      return { value: unit.get(side, raw), raw, stamp: null };
    });
    units.set(unit.key, fromBothSides(unit, a as never, b as never));
  }
  return units;
}

/** What is known of a side from the first look at it. */
export function readFirst(reading: Reading, now: number): SideState {
  const { order, tag, modifiedAt, serverTime, history } = reading;
  const seq = history?.[history.length - 1]?.seq ?? 0;
  return { ...NOTHING_KNOWN, asOf: now, currentAt: now, freshLo: serverTime, seq, order, tag, modifiedAt };
}
