import { describe, expect, it } from '@jest/globals';
import { defaultClock, rawOf, readUnit, writeUnit } from '../../src/core/at-rest.js';
import { dotText, SIDES, vectorText } from '../../src/core/clock.js';
import type { UnitPlan } from '../../src/core/plan.js';
import { image, type Unit, type Version } from '../../src/core/unit.js';
import type { Json } from '../../src/core/value.js';
import { anySetup, nextAction } from '../../src/simulate/generate.js';
import { Random } from '../../src/simulate/random.js';
import { World } from '../../src/simulate/world/world.js';

const CLOCKS = ['A1|', 'B1|', 'H1|1.1', 'H7|3.3.6', '|'];

/** What must come back; only head's time and author may be dropped at rest. */
function essence(plan: UnitPlan, unit: Unit, atRest: boolean): unknown {
  const version = (v: Version): unknown => [
    v.value,
    dotText(v.dot),
    vectorText(v.ctx),
    ...(atRest ? [] : [v.stamp, v.by]),
  ];
  return [
    version(unit.head),
    SIDES.map((side) => [version(image(unit, side)), rawOf(plan, side, image(unit, side))]),
    unit.incA ?? 'none',
    unit.incB ?? 'none',
    unit.orphans.map((o) => [version(o), o.side, o.base]),
    unit.decision === null ? null : [version(unit.decision), unit.decision.id, unit.decision.dueAt],
    unit.contest === null
      ? null
      : [unit.contest.kind, vectorText(unit.contest.ctx), unit.contest.candidates.map(version)],
    vectorText(unit.tick),
    unit.blocked,
  ];
}

describe('registers that histories lead to', () => {
  it('come back as they were stored, whatever clock the record has, and are stored the same way again', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const random = new Random(seed);
      const world = new World(anySetup(random));
      for (let i = 0; i < 60; i++) world.act(nextAction(random, world));
      for (const plan of world.hub.plan.units) {
        const unit = world.hub.units().get(plan.key)!;
        for (const clock of [...CLOCKS, defaultClock(unit.head)]) {
          const text = JSON.stringify(writeUnit(plan, clock, unit));
          const { field, open } = JSON.parse(text) as { field: Json; open: Json | null };
          const back = readUnit(clock, field, open ?? undefined);
          expect(essence(plan, back, open === null)).toEqual(essence(plan, unit, open === null));
          expect(JSON.stringify(writeUnit(plan, clock, back))).toBe(text);
        }
      }
    }
  });
});
