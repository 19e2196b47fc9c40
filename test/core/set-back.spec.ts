import { describe, expect, it } from '@jest/globals';
import { defaultClock, readUnit, writeUnit } from '../../src/core/at-rest.js';
import { dotText } from '../../src/core/clock.js';
import { fromBothSides, ORIGIN } from '../../src/core/linking.js';
import { LIFE_UNIT } from '../../src/core/life.js';
import { madeAnew } from '../../src/core/made-anew.js';
import { observe } from '../../src/core/observe.js';
import { LIFE, type LifePolicy } from '../../src/core/plan.js';
import { resolveRecord, type RecordResult } from '../../src/core/record.js';
import { goneBack, setBack } from '../../src/core/set-back.js';
import type { Unit } from '../../src/core/unit.js';
import { readRegisters } from '../support/core/notation.js';
import { POLICIES } from '../support/core/policies.js';
import { recordPlan, REVIEWED_DELETES, unitPlan } from '../support/core/unit-plans.js';

const PLAN = unitPlan('name', POLICIES.review);
const UNTOUCHED = readRegisters({ head: 'v @H1 (1.1)' });
const CLOCK = defaultClock(ORIGIN.both);

const edited = (unit: Unit, side: 'A' | 'B', value: string, plan = PLAN): Unit =>
  observe(plan, unit, { side, value, raw: value, stamp: null, by: null, stale: false }).unit;

const INPUT = { now: 0, writable: { A: true, B: true }, unsettled: false, fights: () => false };

function resolve(units: Record<string, Unit>, life: Partial<LifePolicy> = {}): RecordResult {
  const plan = recordPlan([PLAN], { life: { ...REVIEWED_DELETES, ...life } });
  return resolveRecord({ ...INPUT, plan, units: new Map(Object.entries(units)) });
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

  it('is told that a value was cleared there, also where nothing had ever been agreed', () => {
    const linked = fromBothSides(
      PLAN,
      { value: 'a', raw: 'a', stamp: null },
      { value: null, raw: null, stamp: null },
    );
    const cleared = observe(PLAN, linked, {
      side: 'A',
      value: null,
      raw: null,
      stamp: null,
      by: null,
      stale: false,
    }).unit;
    expect(setBack(PLAN, cleared, 'A', 'a', 'a').orphans.map(({ value }) => value)).toEqual([null]);
    expect(setBack(PLAN, linked, 'B', 'b', 'b').orphans).toEqual([]);
  });

  it('has a record again whose deletion stays where it was made: its fields go on', () => {
    const gone = edited(readRegisters({ head: 'live @H1 (1.1)' }), 'B', 'deleted', LIFE_UNIT);
    const life = setBack(LIFE_UNIT, gone, 'B', 'live', 'live');
    const name = edited(readRegisters({ head: 'v @H1 (1.1)' }), 'A', 'v2');
    for (const policy of [{ bDeleted: 'ignore', deleteVsEdit: 'keep' }, { bDeleted: 'ignore' }] as const) {
      const result = resolve(
        { [LIFE]: life, name: policy.deleteVsEdit === undefined ? UNTOUCHED : name },
        policy,
      );
      // For good: nothing is left of the deletion that could be carried over once the edit has been.
      expect(
        result.authored.map(({ outcome }) => outcome.overridden.map(({ version }) => version.value)),
      ).toEqual([['deleted']]);
      expect(result.units.get(LIFE)?.orphans).toEqual([]);
      expect(resolve({ [LIFE]: result.units.get(LIFE) as Unit, name }, policy).writes.B).toEqual(['name']);
    }
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

  it('is not taken to have seen its own earlier edit either, where the other side has not taken that in', () => {
    const apart = edited(
      readRegisters({ head: 'mine @A2 (1.1.1)', B: 'v @H1 (1.1)', incB: 'v' }),
      'B',
      'theirs',
    );
    const typed = edited(edited(setBack(PLAN, apart, 'A', 'v', 'v'), 'A', 'typed'), 'A', 'typed twice');
    expect(
      resolve({ name: typed })
        .conflicts.get('name')
        ?.candidates.map(({ value }) => value),
    ).toEqual(['typed twice', 'theirs', 'mine']);
  });

  it('leaves who had seen its edit as somebody who has: what was typed over it on the other side follows', () => {
    const followed = edited(readRegisters({ head: 'mine @A2 (1.1.1)' }), 'B', 'later');
    const result = resolve({ name: setBack(PLAN, followed, 'A', 'old', 'old') });
    expect(result.conflicts.size).toBe(0);
    expect(result.authored.map(({ after }) => after.head.value)).toEqual(['later']);
    expect(result.writes.A).toEqual(['name']);
  });

  it('had nothing open where its edit had gone back to what there was before', () => {
    const there = readRegisters({ head: 'v @H1 (1.1)' });
    const away = edited(edited(there, 'A', 'x'), 'A', 'v');
    const byHand = edited(
      edited(readRegisters({ head: 'w @B2 (1.1.1)', A: 'v @H1 (1.1)', incA: 'v' }), 'A', 'x'),
      'A',
      'v',
    );
    expect(setBack(PLAN, away, 'A', 'old', 'old').orphans).toEqual([]);
    expect(setBack(PLAN, byHand, 'A', 'old', 'old').orphans).toEqual([]);
    expect(
      setBack(PLAN, edited(there, 'A', 'x'), 'A', 'old', 'old').orphans.map(({ value }) => value),
    ).toEqual(['x']);
  });

  it('says what it shows where that is only read by rules', () => {
    const plan = { ...PLAN, contextOnly: true };
    const back = setBack(plan, readRegisters({ head: 'new @A2 (1.1.1)' }), 'A', 'old', 'old');
    expect([back.A.value, dotText(back.A.dot)]).toEqual(['old', 'A3']);
  });

  it('had deleted the record: that is asked about where the other side has an edit that was not seen', () => {
    const gone = edited(readRegisters({ head: 'live @H1 (1.1)' }), 'A', 'deleted', LIFE_UNIT);
    const life = setBack(LIFE_UNIT, gone, 'A', 'live', 'live');
    const name = edited(readRegisters({ head: 'v @H1 (1.1)' }), 'B', 'typed');
    const policy = { aDeleted: 'delete', bDeleted: 'ignore', deleteVsEdit: 'review' } as const;
    const asked = resolve({ [LIFE]: life, name }, policy).conflicts.get(LIFE);
    expect([asked?.kind, asked?.reason]).toEqual([
      'delete-vs-edit',
      'deleted in CRM while the other side was edited',
    ]);
    const untouched = resolve({ [LIFE]: life, name: readRegisters({ head: 'v @H1 (1.1)' }) }, policy);
    expect(untouched.authored.map(({ after }) => after.head.value)).toEqual(['deleted']);
  });

  it('is made anew with what it showed where nothing had ever been agreed', () => {
    const of = (value: string) => ({ value, raw: value, stamp: null });
    const back = setBack(PLAN, edited(fromBothSides(PLAN, of('a'), of('b')), 'A', 'a2'), 'A', 'a', 'a');
    expect(madeAnew(PLAN, back, 'A').raw).toBe('a');
    expect(madeAnew(PLAN, edited(back, 'A', 'a3'), 'A').raw).toBe('a3');
    expect(
      madeAnew(PLAN, setBack(PLAN, readRegisters({ head: 'v @H1 (1.1)' }), 'A', 'old', 'old'), 'A').raw,
    ).toBe('v');
  });

  it('does not have the record any more: whoever makes it there anew has not seen what it said, and what was open goes on', () => {
    const there = edited(readRegisters({ head: 'v @H1 (1.1)' }), 'A', 'open');
    const gone = goneBack(PLAN, there, 'A');
    expect(gone.A.value).toBe('open');
    expect(madeAnew(PLAN, gone, 'A').raw).toBe('v');
    expect(
      resolve({ name: edited(gone, 'A', 'typed anew') })
        .conflicts.get('name')
        ?.candidates.map(({ value }) => value),
    ).toEqual(['typed anew', 'open']);
    const agreed = goneBack(PLAN, readRegisters({ head: 'v @A2 (1.1)' }), 'A');
    expect(resolve({ name: edited(agreed, 'A', 'typed anew') }).conflicts.size).toBe(1);
    expect(resolve({ name: agreed }).writes).toEqual({ A: [], B: [] });
  });

  it('cannot be given back a field that flows from it alone: what it shows and what stands are two edits', () => {
    const plan = { ...PLAN, direction: 'AtoB' } as const;
    const asked = (unit: Unit) => {
      const { conflicts } = resolveRecord({
        ...INPUT,
        plan: recordPlan([plan]),
        units: new Map([['name', unit]]),
      });
      return conflicts.get('name')?.candidates.map(({ value }) => value);
    };
    const agreed = readRegisters({ head: 'new @A2 (1.1.1)' });
    expect(asked(setBack(plan, agreed, 'A', 'old', 'old'))).toEqual(['old', 'new']);
    expect(asked(setBack(plan, edited(agreed, 'A', 'open'), 'A', 'new', 'new'))).toEqual(['new', 'open']);
    expect(asked(setBack(plan, agreed, 'B', 'old', 'old'))).toBeUndefined();
  });

  it('is asked about an edit that the other side’s value is protected from also when it is typed there once more', () => {
    const plan = unitPlan('name', { strategy: 'owner', owner: 'A', onForeignEdit: 'review' });
    const there = edited(readRegisters({ head: 'v @H1 (1.1)' }), 'B', 'theirs', plan);
    const again = edited(setBack(plan, there, 'B', 'old', 'old'), 'B', 'theirs', plan);
    const { conflicts } = resolveRecord({
      ...INPUT,
      plan: recordPlan([plan]),
      units: new Map([['name', again]]),
    });
    expect(conflicts.get('name')?.kind).toBe('foreign-edit');
  });
});
