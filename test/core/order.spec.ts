import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SIDES, type Side } from '../../src/core/clock.js';
import { observe } from '../../src/core/observe.js';
import type { Plan } from '../../src/core/plan.js';
import { resolveRecord, type RecordResult } from '../../src/core/record.js';
import type { Unit } from '../../src/core/unit.js';
import { stableStringify, type Canon } from '../../src/core/value.js';
import { actions, setup, worldOf } from '../support/core/arbitraries.js';
import { mergeOf } from '../support/core/world.js';

interface Seen {
  readonly side: Side;
  readonly value: Canon;
  readonly at: number;
}

const steps = fc.array(fc.record({ side: fc.constantFrom<Side>('A', 'B'), pick: fc.nat({ max: 5 }) }), {
  maxLength: 6,
});

/** Values that could be seen on a side, among them those that stand or stood. */
function values(plan: Plan, key: string, unit: Unit): readonly Canon[] {
  const stood = [unit.head.value, unit.A.value, unit.B.value, unit.incA?.value ?? unit.head.value];
  switch (mergeOf(plan.unit.get(key)!)) {
    case 'set':
      return [...stood, ['new'], ['old', 'new']];
    case 'counter':
    case 'max':
      return [...stood, '3', '99'];
    case 'text':
      return [...stood, 'one two', 'zero one two three four'];
    default:
      return [...stood, 'p', 'q'];
  }
}

function take(
  plan: Plan,
  units: ReadonlyMap<string, Unit>,
  key: string,
  seen: readonly Seen[],
): RecordResult {
  const next = new Map(units);
  for (const { side, value, at } of seen) {
    const before = next.get(key)!;
    const stamp = [at, at + 1] as const;
    next.set(
      key,
      observe(plan.unit.get(key)!, before, { side, value, raw: value, stamp, by: null, stale: false }).unit,
    );
  }
  return resolve(plan, next);
}

function resolve(plan: Plan, units: ReadonlyMap<string, Unit>): RecordResult {
  return resolveRecord({
    plan,
    units,
    now: 1_000_000,
    writable: { A: true, B: true },
    unsettled: false,
    fights: () => false,
  });
}

/** What anybody outside can tell: what is settled, written or asked. */
function visible(result: RecordResult): unknown {
  return {
    heads: [...result.units].map(([key, unit]) => [key, unit.head.value]),
    writes: result.writes,
    conflicts: [...result.conflicts].map(([key, conflict]) => [
      key,
      conflict.kind,
      conflict.candidates.map((c) => [c.key, c.value]),
    ]),
    diverged: [...result.diverged],
  };
}

/** The same observations with all of A's first, and with all of B's first. */
function reordered(seen: readonly Seen[]): readonly (readonly Seen[])[] {
  const [a, b] = SIDES.map((side) => seen.filter((one) => one.side === side));
  return [
    [...a!, ...b!],
    [...b!, ...a!],
  ];
}

/** Only what each side showed last. */
function sampled(seen: readonly Seen[]): readonly Seen[] {
  return SIDES.flatMap((side) => seen.filter((one) => one.side === side).slice(-1));
}

describe('between two plans', () => {
  const reached = fc.tuple(setup, actions, steps);

  it('the order in which the two sides are read changes nothing', () => {
    fc.assert(
      fc.property(reached, ([of, script, moves]) => {
        const world = worldOf(of);
        for (const action of script) world.act(action);
        const units = world.hub.units();
        const key = world.plan.units[0]!.key;
        const choice = values(world.plan, key, units.get(key)!);
        const seen = moves.map(({ side, pick }, i) => ({ side, value: choice[pick]!, at: 5_000 + i * 10 }));
        const expected = take(world.plan, units, key, seen);
        for (const other of reordered(seen)) {
          expect(take(world.plan, units, key, other)).toEqual(expected);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('it does not matter how many of the values in between were seen', () => {
    fc.assert(
      fc.property(reached, ([of, script, moves]) => {
        const world = worldOf(of);
        for (const action of script) world.act(action);
        const units = world.hub.units();
        const key = world.plan.units[0]!.key;
        const unit = units.get(key)!;
        // A decision knows what was on the screen, by its number: what came back to it is news all the same.
        fc.pre(unit.decision === null && unit.contest === null);
        // A value that was not seen leaves a wider time for the next one: more may be asked, never another winner.
        fc.pre(world.plan.units[0]!.policy.strategy !== 'newest');
        const choice = values(world.plan, key, unit);
        const seen = moves.map(({ side, pick }, i) => ({ side, value: choice[pick]!, at: 5_000 + i * 10 }));
        const all = visible(take(world.plan, units, key, seen));
        expect(visible(take(world.plan, units, key, sampled(seen)))).toEqual(all);
      }),
      { numRuns: 150 },
    );
  });

  it('seeing again what is known, and deriving again, change nothing', () => {
    fc.assert(
      fc.property(setup, actions, (of, script) => {
        const world = worldOf(of);
        for (const action of script) world.act(action);
        const units = world.hub.units();
        for (const plan of world.plan.units) {
          const unit = units.get(plan.key)!;
          for (const side of SIDES) {
            const { value } = unit[side];
            const again = observe(plan, unit, {
              side,
              value,
              raw: value,
              stamp: [9, 9],
              by: null,
              stale: false,
            });
            expect(again.kind).toBe('cosmetic');
            expect(again.unit[side]).toEqual({ ...unit[side], raw: value });
          }
        }
        expect(resolve(world.plan, units)).toEqual(resolve(world.plan, units));
        const after = resolve(world.plan, units);
        const twice = resolve(world.plan, after.units);
        expect(twice.authored).toEqual([]);
        expect(stableStringify(visible(twice) as never)).toBe(stableStringify(visible(after) as never));
      }),
      { numRuns: 100 },
    );
  });
});
