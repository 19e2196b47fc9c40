import { describe, expect, it } from '@jest/globals';
import { differencesOf, type RecordLook } from '../../src/core/difference.js';
import { LIFE, type UnitPlan } from '../../src/core/plan.js';
import type { Unit } from '../../src/core/unit.js';
import { readRegisters, type Registers } from '../support/core/notation.js';
import { POLICIES } from '../support/core/policies.js';
import { recordPlan, unitPlan } from '../support/core/unit-plans.js';

const EMAIL = unitPlan('email', POLICIES.review);
const DOMAIN = unitPlan('domain', POLICIES.review);
const AT_REST = { head: 'v @H1 (1.1)' } as const;
const PENDING = { head: 'w @B2 (1.1)', A: 'v @A1', incA: 'v' } as const;
const LIVE = readRegisters({ head: 'live @H1 (1.1)' });
const DISPUTED = { head: 'v @H1 (1.1)', A: 'x @A2 (1.1.1)', B: 'y @B2 (1.1.1)' } as const;

/** What is held of `email` (and more), and what the sides show. */
function look(
  registers: Readonly<Record<string, Registers | Unit>>,
  more: Partial<Omit<RecordLook, 'shown'>> & {
    readonly A?: Readonly<Record<string, string>> | null;
    readonly B?: Readonly<Record<string, string>> | null;
  } = {},
): RecordLook {
  const { A, B, ...rest } = more;
  const units = new Map(
    Object.entries(registers).map(
      ([key, value]) => [key, 'tick' in value ? value : readRegisters(value)] as const,
    ),
  );
  const columns = new Map(
    [...units.keys()].filter((key) => key !== LIFE).map((key) => [key, [[key, key] as const]]),
  );
  const held = (side: 'A' | 'B'): Record<string, string> =>
    Object.fromEntries(
      [...units].map(([key, unit]) => [key, (unit[side].raw ?? unit[side].value) as string]),
    );
  return {
    plan: recordPlan([EMAIL, DOMAIN]),
    units,
    life: units.get(LIFE) ?? LIVE,
    known: { A: true, B: true },
    columns: { A: columns, B: columns },
    due: null,
    now: 100,
    ...rest,
    shown: { A: A === undefined ? held('A') : A, B: B === undefined ? held('B') : B },
  };
}
const brief = (of: RecordLook) =>
  differencesOf(of).map(({ kind, reason, side, unit }) => [kind, reason, side, unit].join(' '));
const withUnit = (unit: UnitPlan) => ({ plan: recordPlan([unit]) });

describe('what differs in a record, and why', () => {
  it('nothing, where the sides show what is held of them', () => {
    expect(brief(look({ email: AT_REST, domain: AT_REST }))).toEqual([]);
  });

  it('a side that shows something else, by the clock under which that was found', () => {
    const [found, ...more] = differencesOf(look({ email: AT_REST }, { B: { email: 'z' } }));
    expect(more).toEqual([]);
    expect(found).toMatchObject({
      kind: 'value',
      reason: 'unknown',
      side: 'B',
      unit: 'email',
      held: 'v',
      seen: 'z',
    });
    const ticked = { ...readRegisters(AT_REST), tick: [1, 3, 1, 0] } as Unit;
    const [later] = differencesOf(look({ email: ticked }, { B: { email: 'z' } }));
    expect(later?.mark).not.toBe(found?.mark);
  });

  it('a column that was not read says nothing', () => {
    expect(brief(look({ email: AT_REST }, { B: {} }))).toEqual([]);
  });

  it('of a group whose column a side has lost only the columns that are there', () => {
    const members = ['street', 'town'].map((field) => ({ field, type: 'text', A: field, B: field }) as const);
    const address = unitPlan('address', POLICIES.review, { type: 'group', members });
    const value = { street: 'Weg 1', town: 'Ulm' };
    const held = readRegisters(AT_REST);
    const image = { ...held.A, value, raw: value };
    const unit: Unit = { ...held, head: { ...held.head, value }, A: image, B: image };
    const both = members.map(({ field }) => [field, field] as const);
    const shownWith = (street: string): RecordLook => ({
      ...look({ address: unit }, { ...withUnit(address), A: value, B: { street } }),
      columns: { A: new Map([['address', both]]), B: new Map([['address', both.slice(0, 1)]]) },
    });
    expect(brief(shownWith('Weg 1'))).toEqual([]);
    expect(differencesOf(shownWith('Weg 2'))).toMatchObject([
      { kind: 'value', side: 'B', held: { street: 'Weg 1' }, seen: { street: 'Weg 2' } },
    ]);
  });

  it('sides that differ because a person was asked', () => {
    expect(brief(look({ email: DISPUTED }))).toEqual(['apart conflict  email']);
  });

  it('and what is held together with that', () => {
    const plan = recordPlan([EMAIL, DOMAIN], { holdSets: [new Set(['email', 'domain'])] });
    expect(brief(look({ email: DISPUTED, domain: PENDING }, { plan }))).toEqual([
      'apart conflict  email',
      'apart conflict  domain',
    ]);
  });

  it('a write that is due is on its way; one that nobody remembers is unknown', () => {
    expect(brief(look({ email: PENDING }, { due: 'waits for A' }))).toEqual(['apart in-flight  email']);
    expect(brief(look({ email: PENDING }))).toEqual(['apart unknown  email']);
  });

  it('a value that a side refused, or whose column it has lost, is blocked', () => {
    const blocked = {
      side: 'A',
      code: 'value-refused',
      detail: 'too long',
      since: 1,
      head: { actor: 'B', n: 2 },
    } as const;
    const refused = { ...readRegisters(PENDING), blocked } as Unit;
    const [found] = differencesOf(look({ email: refused }));
    expect(found).toMatchObject({ reason: 'blocked', detail: expect.stringContaining('too long') });
    const plan = { ...recordPlan([EMAIL]), suspended: new Map([['email', 'the column is gone']]) };
    expect(brief(look({ email: PENDING }, { plan }))).toEqual(['apart blocked  email']);
  });

  it('an edit that the policy leaves where it is, and a field that flows the other way', () => {
    const own = unitPlan('email', { strategy: 'owner', owner: 'A', onForeignEdit: 'ignore' });
    const edited = { head: 'v @H1 (1.1)', B: 'y @B2 (1.1.1)' } as const;
    expect(brief(look({ email: edited }, withUnit(own)))).toEqual(['apart policy  email']);
    const oneWay = { ...EMAIL, direction: 'AtoB' } as const;
    expect(brief(look({ email: PENDING }, withUnit(oneWay)))).toEqual(['apart policy  email']);
  });

  it('a record that is gone, or there again, unseen', () => {
    expect(brief(look({ email: AT_REST }, { B: null }))).toEqual(['missing unknown B $life']);
    const life = { head: 'live @H1 (1.1)', B: 'deleted @B2 (1.1.1)' } as const;
    expect(brief(look({ email: AT_REST, [LIFE]: life }, { B: null }))).toEqual(['apart conflict  $life']);
    expect(brief(look({ email: AT_REST, [LIFE]: life }))).toEqual([
      'returned unknown B $life',
      'apart conflict  $life',
    ]);
  });

  it('a record that is gone, under another clock once it was known to be gone and there again', () => {
    const ticked = { ...LIVE, tick: [0, 2, 0, 0] } as Unit;
    const [first] = differencesOf(look({ email: AT_REST }, { B: null }));
    const [later] = differencesOf(look({ email: AT_REST }, { B: null, life: ticked }));
    expect(later?.kind).toBe('missing');
    expect(later?.mark).not.toBe(first?.mark);
  });
});
