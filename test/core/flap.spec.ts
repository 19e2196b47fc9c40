import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { takeValue, type Taken } from '../../src/core/flap.js';
import { World } from '../support/core/world.js';
import { POLICIES } from '../support/core/policies.js';
import { recordPlan, unitPlan } from '../support/core/unit-plans.js';

const LIMITS = { flips: 4, windowMs: 1_000 };

/** At which of these values the unit is first said to oscillate, taken 10 ms apart; -1: never. */
function noticedAt(values: readonly string[], everyMs = 10): number {
  let history: readonly Taken[] = [];
  return values.findIndex((value, i) => {
    const taken = takeValue(history, value, i * everyMs, LIMITS);
    history = taken.history;
    return taken.fights;
  });
}

describe('oscillation', () => {
  it('the fourth return to one of at most three values is a fight', () => {
    expect(noticedAt(['x', 'y', 'x', 'y', 'x', 'y', 'x'])).toBe(5);
    expect(noticedAt(['x', 'y', 'z', 'x', 'y', 'z', 'x', 'y'])).toBe(6);
  });

  it('taking what stands is nothing new', () => {
    expect(noticedAt(['x', 'x', 'x', 'x', 'x', 'x', 'x', 'x'])).toBe(-1);
  });

  it('new values are never a fight, nor is a slow return', () => {
    expect(noticedAt(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'])).toBe(-1);
    expect(noticedAt(['x', 'y', 'x', 'y', 'x', 'y', 'x', 'y'], 400)).toBe(-1);
  });

  it('the memory is bounded, whatever is taken', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e')), (values) => {
        let history: readonly Taken[] = [];
        for (const [i, value] of values.entries()) history = takeValue(history, value, i, LIMITS).history;
        expect(history.length).toBeLessThanOrEqual(2 * LIMITS.flips + 2);
      }),
    );
  });

  it.each(['owner A, revert', 'review', 'newest'] as const)(
    'two automations make finitely many writes (%s)',
    (policy) => {
      const plan = recordPlan([unitPlan('status', POLICIES[policy])], {
        flap: { flips: 4, windowMs: 60_000 },
      });
      const world = new World(plan, false, () => 'v');
      for (let round = 0; round < 100; round++) {
        // Each side puts its own value back as soon as it sees another.
        for (const [side, own] of [
          ['A', 'open'],
          ['B', 'closed'],
        ] as const) {
          if (world.sides[side].values.get('status') !== own)
            world.sides[side].edit([['status', own]], world.hub.now);
          world.transact();
          world.hub.deliver('A', 'none');
          world.hub.deliver('B', 'none');
        }
      }
      expect(world.sides.A.writes + world.sides.B.writes).toBeLessThanOrEqual(12);
      expect(world.hub.result?.conflicts.has('status')).toBe(true);
    },
  );
});
