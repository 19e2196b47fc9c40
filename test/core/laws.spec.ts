import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { actions, setup, worldOf, type Setup } from '../support/core/arbitraries.js';
import type { Action, World } from '../support/core/world.js';

function played(of: Setup, script: readonly Action[]): World {
  const world = worldOf(of);
  for (const action of script) world.act(action);
  return world;
}

describe('a record between two sides', () => {
  it('converges, loses nothing in silence, comes to rest, and never throws, whatever happens in which order', () => {
    fc.assert(
      fc.property(setup, actions, fc.nat({ max: 3 }), (of, script, choice) => {
        const world = played(of, script);
        world.drain();
        world.checkAtRest();
        world.decideAll(choice);
        world.checkAtRest();
        expect(world.watch.faults).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});
