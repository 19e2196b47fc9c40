import { describe, expect, it } from '@jest/globals';
import { readUnit, writeUnit } from '../../src/core/at-rest.js';
import { CanonError } from '../../src/core/errors.js';
import { rawToGiveBack } from '../../src/core/give-back.js';
import { fromBothSides } from '../../src/core/linking.js';
import { compile } from '../../src/core/pipeline/compile.js';
import type { Plan, UnitPlan } from '../../src/core/plan.js';
import { rebind } from '../../src/core/rebind.js';
import { resolveRecord } from '../../src/core/record.js';
import {
  NOBODY,
  targetOf,
  targetsIn,
  WAITING_FOR,
  withCrosswalks,
  type Crosswalk,
} from '../../src/core/reference.js';
import { titleUnit } from '../../src/core/title.js';
import type { Unit } from '../../src/core/unit.js';

const side = (label: string) => ({ label, tier: 'T0', orderedLog: true }) as const;
const plain = compile(
  {
    apiVersion: 'accord/v1',
    kind: 'Pipeline',
    metadata: { name: 'contacts' },
    connections: { a: { ref: 'a', object: 'a' }, b: { ref: 'b', object: 'b' } },
    match: [],
    fields: {
      company: { a: 'company_id', b: 'org_id', reference: 'companies', policy: { strategy: 'review' } },
    },
  },
  { A: undefined, B: undefined },
  { A: side('CRM'), B: side('Support') },
  1,
);

/** Links as `[link, id in A, id in B]`; those that have ended go on being known by their number. */
function crosswalk(
  live: readonly (readonly [number, string, string])[],
  parted: readonly number[] = [],
): Crosswalk {
  return {
    linkOf: (of, id) => live.find(([, a, b]) => (of === 'A' ? a : b) === id)?.[0] ?? null,
    idOf: (of, link) => live.find(([one]) => one === link)?.[of === 'A' ? 1 : 2] ?? null,
    isParted: (link) => parted.includes(link),
    isUnderWay: () => false,
  };
}
const bound = (of: Crosswalk): Plan => withCrosswalks(plain, new Map([['company', of]]));
const unitOf = (plan: Plan): UnitPlan => plan.unit.get('company') as UnitPlan;

function linked(of: Crosswalk, a: string | null, b: string | null): Unit {
  const plan = unitOf(bound(of));
  const end = (at: 'A' | 'B', raw: string | null) => ({ value: plan.get(at, raw), raw, stamp: null });
  return fromBothSides(plan, end('A', a), end('B', b));
}

function resolve(of: Crosswalk, unit: Unit) {
  const writable = { A: true, B: true };
  return resolveRecord({
    plan: bound(of),
    units: new Map([['company', unit]]),
    now: 0,
    writable,
    unsettled: false,
    fights: () => false,
  });
}

const one = [1, '7', 'seven'] as const;

describe('a reference', () => {
  it('means the same record on both sides, and is written as the id of each', () => {
    const plan = unitOf(bound(crosswalk([one])));
    expect([plan.get('A', '7'), plan.get('B', 'seven')]).toEqual(['rec_1', 'rec_1']);
    expect([plan.put('A', 'rec_1', undefined), plan.put('B', 'rec_1', undefined)]).toEqual(['7', 'seven']);
    expect([plan.get('A', null), plan.get('A', ''), plan.put('B', null, undefined)]).toEqual([
      null,
      null,
      null,
    ]);
  });

  it('that is not linked says something on its own side only', () => {
    const plan = unitOf(plain);
    expect(plan.get('A', '7')).toBe('A:7');
    expect(plan.put('A', 'A:7', undefined)).toBe('7');
    for (const value of ['A:7', 'rec_1']) {
      let thrown: unknown;
      try {
        plan.put('B', value, undefined);
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toBeInstanceOf(CanonError);
      expect((thrown as CanonError).code).toBe(WAITING_FOR);
    }
    expect(() => plan.put('B', 'seven', undefined)).toThrow(/expected a linked record of companies/);
    expect([targetOf('rec_0'), targetOf('C:7'), targetOf(7)]).toEqual([null, null, null]);
  });

  it('is given back, when a decision is undone, by the id that its record has now; not where that is gone', () => {
    const plan = (of: Crosswalk): UnitPlan => unitOf(bound(of));
    const held = linked(crosswalk([one]), '7', 'seven').B;
    expect(rawToGiveBack(plan(crosswalk([one])), 'B', held)).toBe('seven');
    expect(rawToGiveBack(plan(crosswalk([[1, '7', 'eight']])), 'B', held)).toBe('eight');
    expect(rawToGiveBack(plan(crosswalk([])), 'B', held)).toBeUndefined();
    expect(rawToGiveBack(plan(crosswalk([])), 'B', { ...held, value: null, raw: '' })).toBe('');
  });

  it('does not name a record', () => {
    expect(titleUnit(plain)).toBeNull();
  });

  it('is stored with what each side holds, so that nothing depends on who is linked with whom later', () => {
    const unit = linked(crosswalk([one]), '7', 'seven');
    const stored = writeUnit(unitOf(bound(crosswalk([one]))), 'H1|1.1', unit);
    expect(stored).toEqual({ field: { v: 'rec_1', a: '7', b: 'seven' }, open: null });
    expect(readUnit('H1|1.1', stored.field, undefined).B.raw).toBe('seven');
  });

  it('that differs by ids alone is no conflict: it waits until it can be told', () => {
    const unit = linked(NOBODY, '7', 'seven');
    const waiting = resolve(NOBODY, unit);
    expect([...waiting.conflicts]).toEqual([]);
    expect(waiting.units.get('company')?.blocked).toMatchObject({ code: WAITING_FOR, both: true });
    const same = crosswalk([one]);
    const known = rebind(unitOf(bound(same)), waiting.units.get('company') as Unit, same);
    expect(known.blocked).toBeNull();
    expect(resolve(same, known).authored).toMatchObject([{ outcome: { how: 'agreement', value: 'rec_1' } }]);
    const others = crosswalk([one, [2, '8', 'eight']]);
    const apart = rebind(unitOf(bound(others)), linked(NOBODY, '7', 'eight'), others);
    expect([...resolve(others, apart).conflicts.keys()]).toEqual(['company']);
  });

  it('of one linked record and one that is not is a question: they are two', () => {
    const known = crosswalk([[2, '8', 'eight']]);
    expect([...resolve(known, linked(known, '7', 'eight')).conflicts.keys()]).toEqual(['company']);
  });
});

describe('what a reference means once the links have changed', () => {
  const at = (before: Crosswalk, now: Crosswalk): Unit =>
    rebind(unitOf(bound(now)), linked(before, '7', 'seven'), now);

  it('is the very same unit where nothing has', () => {
    const same = crosswalk([one]);
    const unit = linked(same, '7', 'seven');
    expect(rebind(unitOf(bound(same)), unit, same)).toBe(unit);
  });

  it('is what it was where the record was deleted, and two records where the link was ended', () => {
    const before = crosswalk([one]);
    expect(targetsIn(at(before, crosswalk([])))).toEqual(['rec_1']);
    const parted = at(before, crosswalk([], [1]));
    expect([parted.A.value, parted.B.value]).toEqual(['A:7', 'B:seven']);
    expect(parted.tick.slice(0, 2)).toEqual([1, 1]);
  });

  it("is written to the other side where its record is linked with another one, by nobody's edit", () => {
    const now = crosswalk([[9, '7', 'nine']], [1]);
    const moved = at(crosswalk([one]), now);
    expect([moved.head.value, moved.head.dot?.actor, moved.B.value]).toEqual(['rec_9', 'H', 'B:seven']);
    const { writes, conflicts, authored } = resolve(now, moved);
    expect([writes, conflicts.size, authored.length]).toEqual([{ A: [], B: ['company'] }, 0, 0]);
  });

  it('is the same again when it is looked at again, whatever waits in it', () => {
    const version = { value: 'A:7', dot: null, ctx: [0, 0, 0, 0] as const, stamp: null, by: null };
    const back = { version: { ...version, raw: '7' }, edits: 0, refused: false };
    const contest = {
      kind: 'undone' as const,
      ctx: [0, 0, 0, 0] as const,
      candidates: [version],
      reason: 'undone',
      undone: { decision: 'd', A: back, B: null, base: { value: 'A:7' } },
    };
    const decision = { ...version, id: 'd', dueAt: 0 };
    const orphans = [{ ...version, side: 'A' as const, base: 'A:7' }];
    const now = crosswalk([one]);
    const before: Unit = { ...linked(NOBODY, '7', null), contest, decision, orphans };
    const after = rebind(unitOf(bound(now)), before, now);
    expect(targetsIn(after)).toEqual(['rec_1']);
    expect(rebind(unitOf(bound(now)), after, now)).toBe(after);
  });
});
