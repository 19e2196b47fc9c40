import { describe, expect, it } from '@jest/globals';
import { undoWritten, type UndoneUnit } from '../../src/core/decide.js';
import { heldBefore } from '../../src/core/give-back.js';
import { readRegisters } from '../support/core/notation.js';
import { POLICIES } from '../support/core/policies.js';
import { unitPlan } from '../support/core/unit-plans.js';

const PLAN = unitPlan('note', POLICIES.review);
const DISPUTED = readRegisters({ head: 'v @H1', A: 'x @A2 (1.1.1)', B: 'y @B2 (1.1.1)' });

describe('taking back a decision over whose write an edit had come to light', () => {
  const undone = (now: Parameters<typeof readRegisters>[0]): UndoneUnit =>
    undoWritten(PLAN, readRegisters(now), {
      decision: 'd1',
      before: heldBefore(DISPUTED),
      earlier: [],
      base: { value: 'v' },
      edited: { A: false, B: false },
      reason: () => 'taken back',
    });

  it('spares the side it was typed on and gives the other what it had, also once head has taken the edit in', () => {
    const found = { side: 'A', version: 'z @X1 (2.1.1)', base: 'x' } as const;
    const held = 'x @H2 (2.2.1)';
    const open = undone({ head: held, A: 'w @A4 (3.2.2)', B: held, recovered: found });
    const merged = undone({ head: 'wz @H3 (4.2.2.1)', A: 'w @A4 (3.2.2)', B: held });
    for (const { sides, unit } of [open, merged]) {
      expect(sides).toEqual({ A: 'edited-since', B: 'given-back' });
      expect(unit.contest?.undone?.A).toBeNull();
      expect(unit.contest?.undone?.B?.version.value).toBe('y');
    }
  });
});
