import { describe, expect, it } from '@jest/globals';
import { dotText } from '../../../src/core/clock.js';
import { LIFE, type Plan } from '../../../src/core/plan.js';
import type { Abilities } from '../../../src/core/protocol/abilities.js';
import { protocolContext, type ProtocolContext } from '../../../src/core/protocol/context.js';
import type { Attempt, SideState } from '../../../src/core/protocol/side-state.js';
import { NOTHING_KNOWN } from '../../../src/core/protocol/side-state.js';
import type { PastChange, Sighting } from '../../../src/core/protocol/sighting.js';
import { takeAnswer } from '../../../src/core/protocol/take-answer.js';
import { takeSighting } from '../../../src/core/protocol/take-sighting.js';
import { resolveRecord } from '../../../src/core/record.js';
import { isBlockedOn } from '../../../src/core/push.js';
import type { Unit } from '../../../src/core/unit.js';
import { brief, readRegisters, readVersion, type Registers } from '../../support/core/notation.js';
import { POLICIES } from '../../support/core/policies.js';
import { recordPlan, SIDE_PLANS, unitPlan } from '../../support/core/unit-plans.js';

const COLUMN = new Map([['note', { unit: 'note', field: 'note' }]]);

function planWith(policy: keyof typeof POLICIES): Plan {
  const sides = {
    A: { ...SIDE_PLANS.A, orderedLog: false, column: COLUMN },
    B: { ...SIDE_PLANS.B, orderedLog: false, column: COLUMN },
  };
  return recordPlan([unitPlan('note', POLICIES[policy])], { sides });
}

const ABILITIES: Abilities = {
  tier: 'T3',
  order: 'none',
  marker: false,
  granuleMs: 1,
  staleMs: 0,
  keepsValues: true,
  clock: { offsetMs: 0, errorMs: 0 },
  fenceMs: 50,
};

const LIFE_HERE: Registers = { head: 'live @H1 (1.1)', A: 'deleted @A2 (1.1.1)' };

function contextOf(plan: Plan, note: Registers, more: Partial<Abilities>): ProtocolContext {
  const units = new Map<string, Unit>([
    ['note', readRegisters(note)],
    [LIFE, readRegisters(LIFE_HERE)],
  ]);
  const abilities = { ...ABILITIES, ...more };
  const live = readRegisters({ head: 'live' });
  return protocolContext({ plan, side: 'A', abilities, units, live, headAt: () => 0 });
}

function creating(note: string, own: boolean): Attempt {
  const version = readVersion(note);
  const life = readVersion('live @H1 (1.1)');
  return {
    id: 'w1',
    op: 'create',
    state: 'unknown',
    units: {
      [LIFE]: { version: life, raw: 'live', own: false },
      note: { version, raw: version.value, own },
    },
    expect: null,
    tag: null,
    order: null,
    sentAt: 100,
    deadline: 150,
    answeredAt: null,
    told: [],
  };
}

function sighting(at: number, note: string, more: Partial<Sighting> = {}): Sighting {
  return {
    start: at,
    end: at,
    alive: true,
    values: { note },
    order: null,
    tag: null,
    marker: null,
    modifiedAt: null,
    serverTime: at,
    history: null,
    ...more,
  };
}

function change(seq: number, value: string, by: PastChange['by'], stamp: number): PastChange {
  return { seq, column: 'note', value, by, stamp };
}

describe('a record that is made anew where its history is read', () => {
  const state: SideState = { ...NOTHING_KNOWN, seq: 1, asOf: 90, currentAt: 90 };
  const first: Registers = { head: 'v @H1 (1.1)', A: 'x @A2 (1.1.1) [80–81]' };
  const history = [change(1, 'x', 'other', 80), change(2, 'z', 'other', 95), change(3, 'x', 'hub', 120)];

  function taken(policy: keyof typeof POLICIES): ProtocolContext {
    const context = contextOf(planWith(policy), first, {});
    const attempt = creating('x @A2 (1.1.1) [80–81]', true);
    takeSighting(context, { ...state, attempt }, sighting(130, 'x', { history }));
    return context;
  }

  it('what was typed in between is recovered, and nobody is said to have typed the earlier value again', () => {
    const { units, notes } = taken('review');
    const note = units.get('note') as Unit;
    expect(brief(note.A)).toBe('x @A2');
    expect(note.orphans.map(brief)).toEqual(['z @X1']);
    expect(
      notes.filter(({ unit }) => unit === 'note').map(({ kind, version }) => [kind, version.value]),
    ).toEqual([
      ['observed', 'z'],
      ['recovered', 'z'],
      ['landed-again', 'x'],
    ]);
  });

  it('the later value follows by itself: whoever typed it had seen the earlier one', () => {
    const { plan, units } = taken('review');
    const note = units.get('note') as Unit;
    const result = resolveRecord({
      plan,
      units: new Map([['note', note]]),
      now: 200,
      writable: { A: true, B: true },
      unsettled: false,
      fights: () => false,
    });
    expect(result.authored.map(({ outcome }) => [outcome.how, outcome.value])).toEqual([
      ['fast-forward', 'z'],
    ]);
    expect(result.writes).toEqual({ A: ['note'], B: ['note'] });
  });

  it('the policy of the field holds for it as for any other edit', () => {
    const { plan, units } = taken('owner B, revert');
    const note = units.get('note') as Unit;
    const result = resolveRecord({
      plan,
      units: new Map([['note', note]]),
      now: 200,
      writable: { A: true, B: true },
      unsettled: false,
      fights: () => false,
    });
    expect(result.authored.map(({ outcome }) => [outcome.how, outcome.value])).toEqual([['reassert', 'v']]);
  });
});

describe('a record that somebody else made while our write was on its way', () => {
  it('what was typed into it may be as old as the last look before', () => {
    const context = contextOf(planWith('newest'), { head: 'v @H1 (1.1)' }, { tier: 'T1', marker: true });
    const before: SideState = {
      ...NOTHING_KNOWN,
      asOf: 90,
      currentAt: 90,
      attempt: creating('v @H1 (1.1)', false),
    };
    const open = takeSighting(context, before, sighting(120, 'x', { tag: 7, modifiedAt: 100 }));
    expect(open.state.attempt?.id).toBe('w1');
    takeSighting(context, open.state, sighting(200, 'x', { tag: 7, modifiedAt: 100 }));
    const note = context.units.get('note') as Unit;
    expect([note.A.value, note.A.stamp]).toEqual(['x', [90, 101]]);
  });
});

describe('a write that is refused after head has moved on', () => {
  function refused(sent: string): Unit {
    const context = contextOf(
      planWith('review'),
      { head: 'w @H3 (2.2.2)', A: 'v @A2 (1.1.1)' },
      { tier: 'T0' },
    );
    const version = readVersion(sent);
    const units = { note: { version, raw: version.value, own: false } };
    const attempt: Attempt = { ...creating(sent, false), op: 'update', units };
    const answer = { status: 'refused', units: ['note'], detail: 'too long' } as const;
    takeAnswer(context, { ...NOTHING_KNOWN, attempt }, 'w1', answer, 200);
    return context.units.get('note') as Unit;
  }

  it('does not keep what head says now from being sent', () => {
    expect(refused('u @B2 (1.1)').blocked).toBeNull();
  });

  it('blocks head where it is head that was refused', () => {
    const unit = refused('w @H3 (2.2.2)');
    expect(isBlockedOn(unit, 'A')).toBe(true);
    expect(dotText(unit.blocked?.head ?? null)).toBe('H3');
  });
});
