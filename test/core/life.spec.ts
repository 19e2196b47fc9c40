import { describe, expect, it } from '@jest/globals';
import { SIDES } from '../../src/core/clock.js';
import { decide, shownVersions } from '../../src/core/decide.js';
import { LIFE_UNIT } from '../../src/core/life.js';
import { LIFE } from '../../src/core/plan.js';
import { resolveRecord, type RecordInput, type RecordResult } from '../../src/core/record.js';
import type { Blocked, Unit } from '../../src/core/unit.js';
import { readRegisters } from '../support/core/notation.js';
import { POLICIES } from '../support/core/policies.js';
import { recordPlan, REVIEWED_DELETES, unitPlan } from '../support/core/unit-plans.js';
import { lifeRows, type LifeRow } from './cases/life.js';

const FIELD = 'name';

function refused(row: LifeRow, unit: Unit): Unit {
  if (row.refusedBy === undefined) return unit;
  const blocked: Blocked = { side: row.refusedBy, code: 'check', detail: '', since: 0, head: unit.head.dot };
  return { ...unit, blocked };
}

function inputOf(row: LifeRow): RecordInput {
  return {
    plan: recordPlan([unitPlan(FIELD, POLICIES.review)], { life: { ...REVIEWED_DELETES, ...row.deletes } }),
    units: new Map([
      [LIFE, refused(row, readRegisters(row.life))],
      [FIELD, refused(row, readRegisters(row.field))],
    ]),
    now: 0,
    writable: { A: true, B: true },
    unsettled: false,
    fights: () => false,
  };
}

function outcomeOf(result: RecordResult): LifeRow['then'] {
  const conflict = result.conflicts.get(LIFE);
  const why = conflict?.reason ?? result.diverged.get(LIFE);
  const sidesWith = (key: string) => SIDES.filter((side) => result.writes[side].includes(key));
  const word = (): string => {
    if (result.unlink) return 'unlink';
    if (conflict !== undefined) return `conflict: ${conflict.kind}`;
    if (result.diverged.has(LIFE)) return 'diverged';
    return result.authored.find(({ key }) => key === LIFE)?.outcome.how ?? 'rest';
  };
  return {
    outcome: word(),
    ...(sidesWith(LIFE).length > 0 && { push: sidesWith(LIFE) }),
    ...(sidesWith(FIELD).length > 0 && { written: sidesWith(FIELD) }),
    ...(why !== undefined && { why }),
  };
}

describe('deletes', () => {
  it.each(lifeRows)('$says', (row) => {
    const { why, ...outcome } = outcomeOf(resolveRecord(inputOf(row)));
    expect({ ...outcome, ...(row.then.why !== undefined && { why }) }).toEqual(row.then);
  });

  it('a decided delete is done; deciding to keep makes the record again', () => {
    const row = lifeRows[0]!;
    for (const [value, side] of [
      ['deleted', 'B'],
      ['live', 'A'],
    ] as const) {
      const input = inputOf(row);
      const life = input.units.get(LIFE)!;
      const shown = shownVersions(life, resolveRecord(input).conflicts.get(LIFE)!.candidates);
      const decided = decide(life, { id: 'd', value, shown, by: { kind: 'person', name: 'Ada' }, dueAt: 0 });
      const result = resolveRecord({ ...input, units: new Map([...input.units, [LIFE, decided]]) });
      expect(outcomeOf(result)).toEqual({ outcome: 'decision', push: [side] });
      expect(result.units.get(LIFE)!.head.value).toBe(value);
    }
  });

  it('nothing of a record is authored while a write to it is not settled', () => {
    for (const row of lifeRows) {
      const result = resolveRecord({ ...inputOf(row), unsettled: true });
      expect(result.authored).toEqual([]);
      expect(result.writes).toEqual({ A: [], B: [] });
    }
  });

  it('existence is stored and compared like any other unit', () => {
    expect(LIFE_UNIT.equal('live', 'live')).toBe(true);
    expect(LIFE_UNIT.put('A', LIFE_UNIT.get('B', 'deleted'), undefined)).toBe('deleted');
  });
});
