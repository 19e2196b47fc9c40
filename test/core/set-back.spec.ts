import { describe, expect, it } from '@jest/globals';
import { defaultClock, readUnit, writeUnit } from '../../src/core/at-rest.js';
import { dotText } from '../../src/core/clock.js';
import { fromBothSides, ORIGIN } from '../../src/core/linking.js';
import { LIFE_UNIT } from '../../src/core/life.js';
import { observe } from '../../src/core/observe.js';
import { LIFE, type LifePolicy } from '../../src/core/plan.js';
import { resolveRecord, type RecordResult } from '../../src/core/record.js';
import { setBack } from '../../src/core/set-back.js';
import type { Unit } from '../../src/core/unit.js';
import { readRegisters } from '../support/core/notation.js';
import { POLICIES } from '../support/core/policies.js';
import { recordPlan, REVIEWED_DELETES, unitPlan } from '../support/core/unit-plans.js';

const PLAN = unitPlan('name', POLICIES.review);
const CLOCK = defaultClock(ORIGIN.both);

const edited = (unit: Unit, side: 'A' | 'B', value: string, plan = PLAN): Unit =>
  observe(plan, unit, { side, value, raw: value, stamp: null, by: null, stale: false }).unit;

function resolve(units: Record<string, Unit>, life: Partial<LifePolicy> = {}): RecordResult {
  return resolveRecord({
    plan: recordPlan([PLAN], { life: { ...REVIEWED_DELETES, ...life } }),
    units: new Map(Object.entries(units)),
    now: 0,
    writable: { A: true, B: true },
    unsettled: false,
    fights: () => false,
  });
}

describe('a side that was set back to a backup', () => {
  it('lacks what stands, and nobody has edited anything', () => {
    const back = setBack(PLAN, readRegisters({ head: 'new @B2 (1.1.1)' }), 'A', 'old', 'old');
    const result = resolve({ name: back });
    expect(result.authored).toEqual([]);
    expect(result.writes).toEqual({ A: ['name'], B: [] });
  });

  it('is not taken to have seen its own earlier edits, which it does not hold any more', () => {
    const back = setBack(PLAN, readRegisters({ head: 'mine @A2 (1.1.1)' }), 'A', 'old', 'old');
    expect(dotText(back.head.dot)).toBe('H2');
    expect(dotText(back.B.dot)).toBe('H2');
    const typed = edited(edited(back, 'A', 'typed'), 'A', 'typed twice');
    expect(
      resolve({ name: typed })
        .conflicts.get('name')
        ?.candidates.map(({ value }) => value),
    ).toEqual(['typed twice', 'mine']);
    expect(
      resolve({ name: edited(back, 'B', 'later') }).authored.map(({ after }) => after.head.value),
    ).toEqual(['later']);
  });

  it('shows what it shows also where nothing had ever been agreed, after it was stored as well', () => {
    const of = (value: string) => ({ value, raw: value, stamp: null });
    const back = setBack(PLAN, edited(fromBothSides(PLAN, of('a'), of('b')), 'A', 'a2'), 'A', 'a', 'a');
    const { field, open } = writeUnit(PLAN, CLOCK, back);
    const read = readUnit(CLOCK, field, open ?? undefined);
    expect([read.A.value, read.B.value]).toEqual(['a', 'b']);
    expect(read.orphans.map(({ value }) => value)).toEqual(['a2']);
  });

  it('has a record again whose deletion stays where it was made: its fields go on', () => {
    const gone = edited(readRegisters({ head: 'live @H1 (1.1)' }), 'B', 'deleted', LIFE_UNIT);
    const life = setBack(LIFE_UNIT, gone, 'B', 'live', 'live');
    const name = edited(readRegisters({ head: 'v @H1 (1.1)' }), 'A', 'v2');
    const result = resolve({ [LIFE]: life, name }, { bDeleted: 'ignore', deleteVsEdit: 'keep' });
    expect(result.diverged.has(LIFE)).toBe(true);
    expect(result.writes.B).toEqual(['name']);
  });

  it('has a record again that was edited since: a deletion on the other side does not take it along unseen', () => {
    const gone = edited(readRegisters({ head: 'live @H1 (1.1)' }), 'B', 'deleted', LIFE_UNIT);
    const life = edited(setBack(LIFE_UNIT, gone, 'B', 'live', 'live'), 'A', 'deleted', LIFE_UNIT);
    const name = edited(readRegisters({ head: 'v @H1 (1.1)' }), 'B', 'typed');
    const policy = { aDeleted: 'delete', bDeleted: 'ignore', deleteVsEdit: 'review' } as const;
    const result = resolve({ [LIFE]: life, name }, policy);
    expect(result.conflicts.get(LIFE)?.kind).toBe('delete-vs-edit');
    expect(result.writes.B).toEqual([]);
  });
});
