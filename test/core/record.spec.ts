import { describe, expect, it } from '@jest/globals';
import { decide, shownVersions } from '../../src/core/decide.js';
import { observe } from '../../src/core/observe.js';
import type { Invariant, Plan } from '../../src/core/plan.js';
import { lacksHead } from '../../src/core/push.js';
import { resolveRecord, type RecordInput } from '../../src/core/record.js';
import type { Blocked, Unit } from '../../src/core/unit.js';
import { readRegisters, type Registers } from '../support/core/notation.js';
import { POLICIES } from '../support/core/policies.js';
import { recordPlan, unitPlan } from '../support/core/unit-plans.js';

const CHANGED = { head: 'v @H1 (1.1)', A: 'x @A2 (1.1.1)' } as const;
const DISPUTED = { ...CHANGED, B: 'y @B2 (1.1.1)' } as const;
const AT_REST = { head: 'v @H1 (1.1)' } as const;
const PENDING = { head: 'w @B2 (1.1)', A: 'v @A1', incA: 'v' } as const;
const BY = { kind: 'person', name: 'Ada' } as const;

const EMAIL = unitPlan('email', POLICIES.review);
const DOMAIN = unitPlan('domain', POLICIES.review);
const NOTE = unitPlan('note', POLICIES.review);

function input(
  plan: Plan,
  registers: Readonly<Record<string, Registers | Unit>>,
  more: Partial<RecordInput> = {},
): RecordInput {
  const units = Object.entries(registers).map(
    ([key, value]) => [key, 'tick' in value ? value : readRegisters(value)] as const,
  );
  return {
    plan,
    units: new Map(units),
    now: 100,
    writable: { A: true, B: true },
    unsettled: false,
    fights: () => false,
    ...more,
  };
}

function decidedOn(plan: Plan, key: string, unit: Unit, value: string, dueAt = 0): Unit {
  const { conflicts } = resolveRecord(input(plan, { [key]: unit }));
  const shown = shownVersions(unit, conflicts.get(key)?.candidates ?? []);
  return decide(unit, { id: 'd1', value, shown, by: BY, dueAt });
}

describe('units that are held together', () => {
  const plan = recordPlan([EMAIL, DOMAIN, NOTE], { holdSets: [new Set(['email', 'domain'])] });

  it('while one is in conflict none of the set is authored or written; others are', () => {
    const result = resolveRecord(input(plan, { email: DISPUTED, domain: CHANGED, note: CHANGED }));
    expect([...result.conflicts.keys()]).toEqual(['email']);
    expect(result.writes).toEqual({ A: [], B: ['note'] });
    expect(result.units.get('domain')).toEqual(readRegisters(CHANGED));
  });

  it('what was due already waits too', () => {
    expect(resolveRecord(input(plan, { email: DISPUTED, domain: PENDING })).writes).toEqual({ A: [], B: [] });
  });

  it('a decision inside its undo window holds the set', () => {
    const email = decidedOn(plan, 'email', readRegisters(DISPUTED), 'x', 500);
    const result = resolveRecord(input(plan, { email, domain: CHANGED }));
    expect(result.writes).toEqual({ A: [], B: [] });
    expect(result.lookAgainAt).toBe(500);
  });

  it('once it is decided all of the set goes out together', () => {
    const email = decidedOn(plan, 'email', readRegisters(DISPUTED), 'x');
    expect(resolveRecord(input(plan, { email, domain: CHANGED })).writes).toEqual({
      A: [],
      B: ['email', 'domain'],
    });
  });

  it('a value that is held back is not counted as a round of a fight', () => {
    const asked: string[] = [];
    const fights = (unit: string): boolean => {
      asked.push(unit);
      return false;
    };
    resolveRecord(input(plan, { email: DISPUTED, domain: CHANGED, note: CHANGED }, { fights }));
    expect(asked).toEqual(['note']);
  });
});

describe('rules across fields', () => {
  const ordered: Invariant = {
    id: 'ordered',
    units: ['from', 'to'],
    holds: ({ from, to }) => (from as string) <= (to as string),
    message: 'the start must not be after the end',
  };
  const plan = recordPlan([unitPlan('from', POLICIES.review), unitPlan('to', POLICIES.review)], {
    invariants: [ordered],
  });
  const from = { head: '3 @H1 (1.1)', A: '7 @A2 (1.1.1)' } as const;
  const to = { head: '5 @H1 (1.1)' } as const;

  it('what would break one is not written, and a person is asked', () => {
    const result = resolveRecord(input(plan, { from, to }));
    expect(result.writes).toEqual({ A: [], B: [] });
    expect(result.conflicts.get('from')).toMatchObject({ kind: 'invariant', reason: ordered.message });
    expect(result.conflicts.get('from')?.candidates.map(({ key, value }) => [key, value])).toEqual([
      ['a', '7'],
      ['b', '3'],
    ]);
  });

  it('two changes that keep it together go out together', () => {
    const result = resolveRecord(input(plan, { from, to: { ...to, B: '9 @B2 (1.1.1)' } }));
    expect(result.conflicts.size).toBe(0);
    expect(result.writes).toEqual({ A: ['to'], B: ['from'] });
  });

  it('of two changes that keep it only together none goes out while one cannot', () => {
    const both = { from, to: { ...to, B: '9 @B2 (1.1.1)' } };
    const result = resolveRecord(input(plan, both, { writable: { A: false, B: true } }));
    expect(result.authored).toEqual([]);
    expect(result.writes).toEqual({ A: [], B: [] });
    expect(result.lookAgainAt).toBe(0);
  });

  it('a decision that keeps it settles the matter', () => {
    const unit = readRegisters(from);
    const { conflicts } = resolveRecord(input(plan, { from: unit, to }));
    const shown = shownVersions(unit, conflicts.get('from')!.candidates);
    const decided = decide(unit, { id: 'd1', value: '4', shown, by: BY, dueAt: 0 });
    expect(resolveRecord(input(plan, { from: decided, to })).writes).toEqual({ A: ['from'], B: ['from'] });
  });

  it('a decision that breaks it is shown as a new question, not silently kept waiting', () => {
    const unit = readRegisters(from);
    const first = resolveRecord(input(plan, { from: unit, to })).conflicts.get('from')!;
    const decided = decide(unit, {
      id: 'd1',
      value: '8',
      shown: shownVersions(unit, first.candidates),
      by: BY,
      dueAt: 0,
    });
    const second = resolveRecord(input(plan, { from: decided, to })).conflicts.get('from')!;
    expect(second.candidates.map(({ key, value }) => [key, value])).toEqual([
      ['a', '7'],
      ['b', '3'],
      ['decision', '8'],
    ]);
  });
});

describe('what cannot be written now', () => {
  const plan = recordPlan([EMAIL, NOTE]);

  it('is not authored either: it may still change', () => {
    const result = resolveRecord(input(plan, { email: CHANGED }, { writable: { A: true, B: false } }));
    expect(result.authored).toEqual([]);
    expect(result.units.get('email')).toEqual(readRegisters(CHANGED));
    expect(result.lookAgainAt).toBe(0);
  });

  it('goes to the side that is free, and to the other later', () => {
    const email = { head: 'v @H1 (1.1)', A: 'x @A2 (1.1.1)', B: 'y @B2 (1.1.1)' } as const;
    const unit = decidedOn(plan, 'email', readRegisters(email), 'z');
    const first = resolveRecord(input(plan, { email: unit }, { writable: { A: true, B: false } }));
    expect(first.writes).toEqual({ A: ['email'], B: [] });
    expect(first.lookAgainAt).toBe(0);
  });

  it('nothing is authored while a write is not settled, not even what needs no write', () => {
    const agreed = { ...CHANGED, B: 'x @B2 (1.1.1)' } as const;
    const result = resolveRecord(input(plan, { email: CHANGED, note: agreed }, { unsettled: true }));
    expect(result.authored).toEqual([]);
    expect(result.writes).toEqual({ A: [], B: [] });
    expect(result.lookAgainAt).toBe(0);
  });

  it('a value that a side refused is not sent there again; the next one is', () => {
    const unit = readRegisters(PENDING);
    const blocked: Blocked = { side: 'A', code: 'check', detail: '', since: 0, head: unit.head.dot };
    expect(lacksHead(EMAIL, { ...unit, blocked }, 'A')).toBe(false);
    const next = observe(
      EMAIL,
      { ...unit, blocked },
      { side: 'B', value: 'z', raw: 'z', stamp: null, by: null, stale: false },
    );
    expect(resolveRecord(input(plan, { email: next.unit })).writes).toEqual({ A: ['email'], B: [] });
  });

  it('head is never sent over an edit that it has not seen', () => {
    const unit = readRegisters({ head: 'w @B2 (1.1)', A: 'x @A2 (1)', incA: 'v' });
    expect(lacksHead(EMAIL, unit, 'A')).toBe(false);
    expect(lacksHead(EMAIL, readRegisters(PENDING), 'A')).toBe(true);
  });

  it('what a side shows in a form that cannot be read is never written over', () => {
    const unit = readRegisters(AT_REST);
    const blocked: Blocked = { side: 'A', code: 'unreadable', detail: '', since: 0, head: unit.head.dot };
    const unreadable: Unit = { ...unit, A: { ...unit.A, raw: 'not a number' }, blocked };
    const seen = observe(EMAIL, unreadable, {
      side: 'B',
      value: 'z',
      raw: 'z',
      stamp: null,
      by: null,
      stale: false,
    });
    const result = resolveRecord(input(plan, { email: seen.unit }));
    expect(result.writes).toEqual({ A: [], B: [] });
    expect(result.units.get('email')).toMatchObject({ head: { value: 'z' }, blocked });

    // Readable again, it had not seen what came meanwhile.
    const again = observe(
      EMAIL,
      { ...result.units.get('email')!, blocked: null },
      {
        side: 'A',
        value: 'y',
        raw: 'y',
        stamp: null,
        by: null,
        stale: false,
      },
    );
    expect(resolveRecord(input(plan, { email: again.unit })).conflicts.get('email')?.kind).toBe('value');
  });
});

describe('fights', () => {
  const plan = recordPlan([EMAIL]);

  it('a unit that oscillates is frozen before the next write, until a person decides', () => {
    const frozen = resolveRecord(input(plan, { email: CHANGED }, { fights: () => true }));
    expect(frozen.writes).toEqual({ A: [], B: [] });
    expect(frozen.conflicts.get('email')?.kind).toBe('fight');

    const unit = frozen.units.get('email')!;
    const moved = observe(EMAIL, unit, {
      side: 'A',
      value: 'z',
      raw: 'z',
      stamp: null,
      by: null,
      stale: false,
    }).unit;
    expect(resolveRecord(input(plan, { email: moved })).conflicts.get('email')?.kind).toBe('fight');

    const decided = decidedOn(plan, 'email', moved, 'z');
    const result = resolveRecord(input(plan, { email: decided }, { fights: () => true }));
    expect(result.writes).toEqual({ A: [], B: ['email'] });
    expect(result.units.get('email')?.contest).toBeNull();
  });
});

describe('units that rules only read', () => {
  const members = [{ field: 'tier', type: 'text', A: 'tier', B: null }] as const;
  const plan = recordPlan([unitPlan('tier', POLICIES.review, { contextOnly: true, members })]);

  it('follow their side and are never written', () => {
    const result = resolveRecord(input(plan, { tier: CHANGED }));
    expect(result.units.get('tier')!.head).toMatchObject({ value: 'x', dot: { actor: 'A', n: 2 } });
    expect(result.writes).toEqual({ A: [], B: [] });
    expect(resolveRecord(input(plan, { tier: result.units.get('tier')! })).units).toEqual(result.units);
  });
});

describe('an edit that a blind write had covered', () => {
  it('gives way by name where foreign edits are left alone: it cannot stay where it no longer stands', () => {
    const owned = unitPlan('note', POLICIES['owner A, ignore']);
    const unit = readRegisters({ head: 'x @A2 (1.1.1)' });
    const orphan = {
      ...unit.B,
      value: 'y',
      dot: { actor: 'X', n: 1 },
      ctx: [1, 1, 1, 0],
      side: 'B',
      base: 'v',
    } as const;
    const result = resolveRecord(input(recordPlan([owned]), { note: { ...unit, orphans: [orphan] } }));
    expect(result.diverged.size).toBe(0);
    expect(result.authored[0]?.outcome.overridden.map(({ version, by }) => [version.value, by])).toEqual([
      ['y', 'owner'],
    ]);
  });
});

describe('a record that was deleted on one side', () => {
  it('is not deleted on the other while a decision about one of its fields has been taken back', () => {
    const life = readRegisters({ head: 'live @H1 (1.1)', B: 'deleted @B2 (1.1.1)' });
    const contest = { kind: 'undone', ctx: [1, 1, 1, 0], candidates: [], reason: 'taken back' } as const;
    const note = { ...readRegisters(AT_REST), contest };
    const plan = recordPlan([NOTE], {
      life: { aDeleted: 'delete', bDeleted: 'delete', deleteVsEdit: 'review' },
    });
    const result = resolveRecord(input(plan, { note, $life: life }));
    expect(result.conflicts.get('$life')?.kind).toBe('delete-vs-edit');
    expect(result.writes).toEqual({ A: [], B: [] });
  });
});
