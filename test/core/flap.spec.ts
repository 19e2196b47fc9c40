import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { takeValue, type Taken } from '../../src/core/flap.js';
import { SIDES } from '../../src/core/clock.js';
import { RECORD } from '../../src/simulate/hub/store.js';
import { World } from '../../src/simulate/world/world.js';
import { setupOf } from '../support/simulate/setup-of.js';

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

  it.each(['strict', 'review', 'newest'])('two automations make finitely many writes (%s)', (unit) => {
    const world = new World(setupOf('T0 log', [unit], { flips: 4 }));
    for (let round = 0; round < 100; round++) {
      // Each side puts its own value back as soon as it sees another.
      for (const [side, own] of [
        ['A', 'open'],
        ['B', 'closed'],
      ] as const) {
        world.act({ do: 'wait', ms: 1 });
        world.systems[side].edit(RECORD, { [unit]: own }, world.now);
        world.act({ do: 'turn', a: 9, b: 9, busy: null });
        for (const to of SIDES) {
          world.act({ do: 'carry', side: to, pick: 0, fault: 'none' });
          world.act({ do: 'answer', side: to, pick: 0, fault: 'none' });
        }
      }
    }
    expect(world.systems.A.writes + world.systems.B.writes).toBeLessThanOrEqual(12);
    expect(world.hub.store.conflicts.has(unit)).toBe(true);
  });
});
