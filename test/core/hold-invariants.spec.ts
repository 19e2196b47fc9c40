import { describe, expect, it } from '@jest/globals';
import { acknowledge } from '../../src/core/author.js';
import { SIDES, type Side } from '../../src/core/clock.js';
import { observe } from '../../src/core/observe.js';
import type { Invariant, Plan } from '../../src/core/plan.js';
import { resolveRecord, type RecordResult } from '../../src/core/record.js';
import type { Unit } from '../../src/core/unit.js';
import { readRegisters } from '../support/core/notation.js';
import { POLICIES } from '../support/core/policies.js';
import { recordPlan, unitPlan } from '../support/core/unit-plans.js';

interface Edit {
  readonly side: Side;
  readonly unit: string;
  readonly value: string;
}

type Values = Parameters<Invariant['holds']>[0];

function rule(id: string, units: readonly string[], holds: (values: Values) => boolean): Invariant {
  return { id, units, holds, message: `${id} must hold` };
}

const inOrder = (low: string, high: string): Invariant =>
  rule(`${low} to ${high}`, [low, high], (values) => Number(values[low]) <= Number(values[high]));

const FROM_TO = planOf(['from', 'to'], [inOrder('from', 'to')]);

function planOf(keys: readonly string[], invariants: readonly Invariant[]): Plan {
  return recordPlan(
    keys.map((key) => unitPlan(key, POLICIES.review)),
    { invariants },
  );
}

function atRest(heads: Readonly<Record<string, number>>): Map<string, Unit> {
  return new Map(
    Object.entries(heads).map(([key, head]) => [key, readRegisters({ head: `${String(head)} @H1 (1.1)` })]),
  );
}

function seen(plan: Plan, units: ReadonlyMap<string, Unit>, { side, unit, value }: Edit): Map<string, Unit> {
  const before = units.get(unit)!;
  const observation = { side, value, raw: value, stamp: null, by: null, stale: false };
  return new Map([...units, [unit, observe(plan.unit.get(unit)!, before, observation).unit]]);
}

function resolve(plan: Plan, units: ReadonlyMap<string, Unit>): RecordResult {
  return resolveRecord({
    plan,
    units,
    now: 100,
    writable: { A: true, B: true },
    unsettled: false,
    fights: () => false,
  });
}

/** All edits are seen, then it is planned once. */
function together(plan: Plan, units: ReadonlyMap<string, Unit>, edits: readonly Edit[]): RecordResult {
  return resolve(
    plan,
    edits.reduce((now, edit) => seen(plan, now, edit), units),
  );
}

/** After each edit it is planned, and what is written arrives. */
function oneByOne(plan: Plan, units: ReadonlyMap<string, Unit>, edits: readonly Edit[]): RecordResult {
  let result = resolve(plan, units);
  for (const edit of edits) {
    result = resolve(plan, seen(plan, result.units, edit));
    const held = new Map(result.units);
    for (const side of SIDES)
      for (const key of result.writes[side]) held.set(key, acknowledge(held.get(key)!, side, undefined));
    result = resolve(plan, held);
  }
  return result;
}

/** What people see of it: who is asked what, what waits, and what is agreed on. */
function visible({ units, conflicts, diverged }: RecordResult): unknown {
  return {
    agreed: [...units].map(([key, { head }]) => [key, head.value]),
    asked: [...conflicts].map(([key, { kind, candidates }]) => [key, kind, candidates.map((c) => c.value)]),
    waiting: [...diverged.keys()],
  };
}

function edit(side: Side, unit: string, value: number): Edit {
  return { side, unit, value: String(value) };
}

describe('of changes that break a rule across fields together', () => {
  const plan = FROM_TO;
  const units = atRest({ from: 3, to: 5 });

  it('the one that is harmless by itself goes on, and the other is asked about', () => {
    const result = together(plan, units, [edit('A', 'from', 9), edit('A', 'to', 8)]);
    expect([...result.conflicts.keys()]).toEqual(['from']);
    expect(result.writes).toEqual({ A: [], B: ['to'] });
  });

  it('of which none is harmless all wait, under one question', () => {
    const result = together(plan, units, [edit('A', 'from', 9), edit('B', 'to', 2)]);
    expect([...result.conflicts.keys()]).toEqual(['from']);
    expect([...result.diverged.keys()]).toEqual(['to']);
    expect(result.writes).toEqual({ A: [], B: [] });
  });

  it('each of which is harmless by itself the first in the file goes on', () => {
    const result = together(plan, units, [edit('B', 'to', 3), edit('A', 'from', 4)]);
    expect([...result.conflicts.keys()]).toEqual(['to']);
    expect(result.writes).toEqual({ A: [], B: ['from'] });
  });

  it('a change that another rule holds back is not counted on', () => {
    const three = planOf(['low', 'middle', 'high'], [inOrder('low', 'middle'), inOrder('middle', 'high')]);
    const result = together(three, atRest({ low: 1, middle: 5, high: 9 }), [
      edit('A', 'low', 7),
      edit('A', 'middle', 12),
    ]);
    expect([...result.conflicts.keys()]).toEqual(['middle']);
    expect([...result.diverged.keys()]).toEqual(['low']);
    expect(result.writes).toEqual({ A: [], B: [] });
  });
});

describe('an open question about a rule across fields', () => {
  it('stays with its field when a harmless change of another one is seen', () => {
    const edits = [edit('A', 'to', 1), edit('B', 'from', 4)];
    const result = oneByOne(FROM_TO, atRest({ from: 3, to: 5 }), edits);
    expect([...result.conflicts.keys()]).toEqual(['to']);
    expect(result.units.get('from')?.head.value).toBe('4');
  });

  it('does not hold a field in which nothing has changed in the end', () => {
    const edits = [edit('A', 'from', 9), edit('B', 'to', 7), edit('B', 'to', 5)];
    expect(visible(together(FROM_TO, atRest({ from: 3, to: 5 }), edits))).toEqual(
      visible(together(FROM_TO, atRest({ from: 3, to: 5 }), edits.slice(0, 1))),
    );
  });
});

describe('the same edits of fields with a rule across them', () => {
  const values = [0, 2, 3, 4, 5, 6, 8];

  it('give the same questions in whatever order they are seen before a plan, and with those in between left out', () => {
    const units = atRest({ from: 3, to: 5 });
    for (const side of SIDES)
      for (const x of values)
        for (const y of values)
          for (const between of values) {
            const [a, b, c] = [edit(side, 'from', between), edit(side, 'from', x), edit('B', 'to', y)];
            const want = visible(together(FROM_TO, units, [a, b, c]));
            expect(visible(together(FROM_TO, units, [a, c, b]))).toEqual(want);
            expect(visible(together(FROM_TO, units, [c, a, b]))).toEqual(want);
            expect(visible(together(FROM_TO, units, [b, c]))).toEqual(want);
          }
  });

  it('give the same questions in whatever order they are planned, unless each keeps the rule and only both break it', () => {
    const units = atRest({ from: 3, to: 5 });
    let tried = 0;
    for (const side of SIDES)
      for (const x of values)
        for (const y of values) {
          const both = [edit(side, 'from', x), edit('B', 'to', y)];
          if (x <= 5 && y >= 3 && x > y) continue;
          tried++;
          const want = visible(together(FROM_TO, units, both));
          expect(visible(oneByOne(FROM_TO, units, both))).toEqual(want);
          expect(visible(oneByOne(FROM_TO, units, both.reverse()))).toEqual(want);
        }
    expect(tried).toBeGreaterThan(80);
  });

  it('leave the agreed values with the rule kept, whatever is edited', () => {
    const units = atRest({ from: 3, to: 5 });
    for (const x of values)
      for (const y of values) {
        const agreed = oneByOne(FROM_TO, units, [edit('A', 'from', x), edit('A', 'to', y)]).units;
        expect(Number(agreed.get('from')?.head.value)).toBeLessThanOrEqual(
          Number(agreed.get('to')?.head.value),
        );
      }
  });
});
