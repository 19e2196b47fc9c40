import { describe, expect, it } from '@jest/globals';
import { fromBothSides } from '../../src/core/linking.js';
import { resolveRecord, type RecordResult } from '../../src/core/record.js';
import { relearn } from '../../src/core/relearn.js';
import type { Unit } from '../../src/core/unit.js';
import type { Plan } from '../../src/core/plan.js';
import { recordPlan, unitPlan as planOf } from '../support/core/unit-plans.js';

const unitPlan = planOf('z', { strategy: 'review' });
const plan = recordPlan([unitPlan]);
const agreed = (value: string) =>
  fromBothSides(unitPlan, { value, raw: value, stamp: null }, { value, raw: value, stamp: null });

function resolve(unit: Unit, of: Plan = plan): RecordResult {
  return resolveRecord({
    plan: of,
    units: new Map([['z', unit]]),
    now: 1,
    writable: { A: true, B: true },
    unsettled: false,
    fights: () => false,
  });
}

describe('a field that one side has made anew', () => {
  it('is filled from head where it is blank, and the blank is nobody’s edit', () => {
    const { kind, unit } = relearn(unitPlan, agreed('old'), 'B', null, null, null);
    expect(kind).toBe('cosmetic');
    const result = resolve(unit);
    expect(result.authored).toEqual([]);
    expect(result.writes).toEqual({ A: [], B: ['z'] });
    expect(result.units.get('z')?.head.value).toBe('old');
  });

  it('rests where it holds head', () => {
    expect(resolve(relearn(unitPlan, agreed('old'), 'B', 'old', 'old', null).unit)).toMatchObject({
      authored: [],
      writes: { A: [], B: [] },
    });
  });

  it('is asked about where it holds something else, with a clock of its own that was never used', () => {
    const before = agreed('old');
    const learned = relearn(unitPlan, before, 'B', 'typed', 'typed', [1, 2]);
    expect(learned).toMatchObject({ kind: 'event', dot: { actor: 'B', n: before.tick[1] + 1 } });
    const result = resolve(learned.unit);
    expect(result.conflicts.get('z')?.candidates.map(({ value }) => value)).toEqual(['typed', 'old']);
    expect(result.writes).toEqual({ A: [], B: [] });
  });
});

describe('a unit that is suspended', () => {
  it('is neither authored nor written, and says why', () => {
    const suspended = { ...plan, suspended: new Map([['z', 'the column is gone']]) };
    const edited = relearn(unitPlan, agreed('old'), 'B', null, null, null).unit;
    expect(resolve(edited, suspended).writes).toEqual({ A: [], B: [] });
    const moved: Unit = {
      ...agreed('old'),
      A: { value: 'new', raw: 'new', dot: { actor: 'A', n: 2 }, ctx: [1, 1, 1, 0], stamp: null, by: null },
    };
    expect(resolve(moved).writes).toEqual({ A: [], B: ['z'] });
    const result = resolve(moved, suspended);
    expect(result.authored).toEqual([]);
    expect(result.diverged.get('z')).toBe('the column is gone');
  });
});
