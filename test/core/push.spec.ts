import { describe, expect, it } from '@jest/globals';
import { readUnit, writeUnit } from '../../src/core/at-rest.js';
import { isBlockedOn, lacksHead, refusedBy } from '../../src/core/push.js';
import { UNREADABLE, type Unit } from '../../src/core/unit.js';
import { readRegisters, readVersion } from '../support/core/notation.js';
import { POLICIES } from '../support/core/policies.js';
import { unitPlan } from '../support/core/unit-plans.js';

const PLAN = unitPlan('note', POLICIES.review);
const WHY = { code: 'refused', detail: 'too long', since: 100 } as const;
/** Decided: neither side says it yet. */
const DECIDED = readRegisters({
  head: 'w @H3 (2.2.2)',
  A: 'x @A2 (1.1.1)',
  B: 'y @B2 (1.1.1)',
  incA: 'x',
  incB: 'y',
});

function refused(unit: Unit, side: 'A' | 'B'): Unit {
  return { ...unit, blocked: refusedBy(unit, { side, ...WHY }) };
}

describe('a value that a side refuses', () => {
  it('is sent to the other side only', () => {
    const unit = refused(DECIDED, 'A');
    expect([lacksHead(PLAN, unit, 'A'), lacksHead(PLAN, unit, 'B')]).toEqual([false, true]);
  });

  it('is sent to neither once both have refused it', () => {
    const unit = refused(refused(DECIDED, 'A'), 'B');
    expect([lacksHead(PLAN, unit, 'A'), lacksHead(PLAN, unit, 'B')]).toEqual([false, false]);
    expect(refused(unit, 'B')).toEqual(unit);
  });

  it('is known to be refused by both after it was stored', () => {
    const unit = refused(refused(DECIDED, 'A'), 'B');
    const { field, open } = writeUnit(PLAN, '|', unit);
    expect(readUnit('|', field, open ?? undefined).blocked).toEqual(unit.blocked);
  });

  it('says nothing of the head that stands later', () => {
    const moved = { ...refused(DECIDED, 'A'), head: readVersion('z @H4 (2.2.3)') };
    const unit = refused(moved, 'B');
    expect([isBlockedOn(unit, 'A'), isBlockedOn(unit, 'B')]).toEqual([false, true]);
  });

  it('is not taken to be refused by a side of which something is not understood', () => {
    const unit: Unit = {
      ...DECIDED,
      blocked: { side: 'A', ...WHY, code: UNREADABLE, head: DECIDED.head.dot },
    };
    expect(refusedBy(unit, { side: 'B', ...WHY }).both).toBeUndefined();
  });
});
