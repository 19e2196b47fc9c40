import { describe, expect, it } from '@jest/globals';
import { closureOf } from '../../src/core/closure.js';
import { PlanError } from '../../src/core/errors.js';
import { LIFE_UNIT } from '../../src/core/life.js';
import { fromBothSides } from '../../src/core/linking.js';
import { observe } from '../../src/core/observe.js';
import { compile } from '../../src/core/pipeline/compile.js';
import { mappingChanges } from '../../src/core/pipeline/mapping-changes.js';
import { LIFE, type Plan } from '../../src/core/plan.js';
import { resolveRecord, type RecordInput } from '../../src/core/record.js';
import { isInScope, isScopeKnown, outOfScope } from '../../src/core/scope.js';
import type { Unit } from '../../src/core/unit.js';
import type { Raw } from '../../src/core/value.js';
import { columns, compiled, nothing, review, sides, spec } from './pipeline/compile-input.js';

const fields = {
  name: { a: 'name', b: 'company', policy: review },
  stage: { a: 'stage', b: 'stage', policy: review },
};
const scope = {
  a: { filter: 'row.status in ["lead", "customer"] && row.stage != "lost"' },
  b: { filter: 'row["deleted at"] == null' },
};
const plan = compiled(fields, { scope });

const edited = (unit: Unit, key: string, side: 'A' | 'B', value: Raw, of: Plan = plan): Unit =>
  observe(key === LIFE ? LIFE_UNIT : of.unit.get(key)!, unit, {
    side,
    value,
    raw: value,
    stamp: null,
    by: null,
    stale: false,
  }).unit;

/** A record that both sides agree on, and that is in scope. */
function record(): Map<string, Unit> {
  const values: Record<string, readonly [Raw, Raw]> = {
    name: ['Ada', 'Ada'],
    stage: ['won', 'won'],
    '$a.status': ['lead', null],
    '$b.deleted at': [null, null],
  };
  return new Map(
    plan.units.map((unit) => {
      const [a, b] = values[unit.key]!;
      const of = (value: Raw) => ({ value, raw: value, stamp: null });
      return [unit.key, fromBothSides(unit, of(a), of(b))];
    }),
  );
}

function resolve(units: ReadonlyMap<string, Unit>, more: Partial<RecordInput> = {}) {
  return resolveRecord({
    plan,
    units,
    now: 0,
    writable: { A: true, B: true },
    unsettled: false,
    fights: () => false,
    ...more,
  });
}

function edit(units: Map<string, Unit>, key: string, side: 'A' | 'B', value: Raw): void {
  units.set(key, edited(units.get(key)!, key, side, value));
}

describe('the scope of a pipeline', () => {
  it('reads columns that no field maps as context, and they are kept with every other unit', () => {
    expect(plan.units.map(({ key, contextOnly }) => [key, contextOnly])).toEqual([
      ['name', false],
      ['stage', false],
      ['$a.status', true],
      ['$b.deleted at', true],
    ]);
    expect(plan.sides.A.columns).toEqual(['name', 'stage', 'status']);
    expect(closureOf(plan).get('name')).toEqual(['name', '$a.status', 'stage', '$b.deleted at']);
    expect(closureOf(compiled(fields)).get('name')).toEqual(['name']);
  });

  it('reads a row by the types of its columns; what the filter cannot be asked about is outside', () => {
    const typed = compile(
      spec(fields, { scope: { a: { filter: 'row.size > 10 && row.active' } } }),
      { A: columns({ size: 'integer', active: 'boolean' }), B: undefined },
      sides,
      1,
    );
    expect(isInScope(typed, 'A', { size: '11', active: true })).toBe(true);
    expect(isInScope(typed, 'A', { size: '9', active: true })).toBe(false);
    expect(isInScope(typed, 'A', { size: null, active: true })).toBe(false);
    expect(isInScope(typed, 'A', { size: 'many', active: true })).toBe(false);
    expect(isInScope(typed, 'B', {})).toBe(true);
  });

  it('refuses a filter that is none, by its place', () => {
    for (const [filter, code] of [
      ['row.status =', 'expression-invalid'],
      ['"lead"', 'expression-invalid'],
      ['true', 'expression-invalid'],
      ['size(row) > 1', 'expression-invalid'],
      ['other.status == "x"', 'expression-invalid'],
    ] as const) {
      let thrown: unknown;
      try {
        compile(spec(fields, { scope: { b: { filter } } }), nothing, sides, 1);
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toBeInstanceOf(PlanError);
      expect(thrown).toMatchObject({ code, path: ['scope', 'b', 'filter'] });
    }
  });

  it('another filter makes another choice of records, and a column that it alone reads is new', () => {
    const before = spec(fields, { scope });
    const changes = mappingChanges(before, spec(fields, { scope: { a: { filter: 'row.kind == "x"' } } }));
    expect([...changes.added]).toEqual(['$a.kind']);
    expect(changes.scopes).toEqual(['A', 'B']);
    expect(mappingChanges(before, before).scopes).toEqual([]);
  });
});

describe('a record outside of the scope', () => {
  it('is not written and asks nothing, whatever is edited on either side', () => {
    const units = record();
    edit(units, '$a.status', 'A', 'closed');
    edit(units, 'name', 'A', 'Ada L.');
    edit(units, 'stage', 'A', 'x');
    edit(units, 'stage', 'B', 'y');
    const result = resolve(units);
    expect(result).toMatchObject({ excluded: ['A'], authored: [], writes: { A: [], B: [] } });
    expect([result.conflicts.size, result.lookAgainAt]).toEqual([0, null]);
    expect(result.units.get('name')!.A.value).toBe('Ada L.');
    expect(result.units.get('name')!.head.value).toBe('Ada');
  });

  it('when it comes back, what was edited meanwhile is judged by its clocks', () => {
    const units = record();
    edit(units, '$b.deleted at', 'B', '2026-01-01');
    edit(units, 'name', 'A', 'from A');
    edit(units, 'stage', 'A', 'x');
    edit(units, 'stage', 'B', 'y');
    const left = new Map(resolve(units).units);
    expect(outOfScope(plan, left)).toEqual(['B']);
    edit(left, '$b.deleted at', 'B', null);
    const back = resolve(left);
    expect(back.excluded).toEqual([]);
    expect(back.writes).toEqual({ A: [], B: ['name'] });
    expect([...back.conflicts.keys()]).toEqual(['stage']);
  });

  it('is not deleted on one side because the other has deleted it; gone on both sides it is gone', () => {
    const units = record();
    edit(units, '$a.status', 'A', 'closed');
    const life = fromBothSides(LIFE_UNIT, ...twice('live'));
    const gone = edited(life, LIFE, 'A', 'deleted');
    const policy = { aDeleted: 'delete', bDeleted: 'delete', deleteVsEdit: 'delete' } as const;
    const one = resolve(new Map([...units, [LIFE, gone]]), { plan: { ...plan, life: policy } });
    expect(one).toMatchObject({ excluded: ['A'], unlink: false, writes: { A: [], B: [] }, authored: [] });
    const both = resolve(new Map([...units, [LIFE, edited(gone, LIFE, 'B', 'deleted')]]));
    expect(both.units.get(LIFE)!.head.value).toBe('deleted');
    expect(both.writes).toEqual({ A: [], B: [] });
  });

  it('is not decided over while what the filter reads was not read yet', () => {
    const units = record();
    units.delete('$a.status');
    expect(isScopeKnown(plan, units)).toBe(false);
    expect(outOfScope(plan, units)).toEqual([]);
    const life = edited(fromBothSides(LIFE_UNIT, ...twice('live')), LIFE, 'A', 'deleted');
    expect(isScopeKnown(plan, new Map([...units, [LIFE, life]]))).toBe(true);
    expect(isScopeKnown(plan, record())).toBe(true);
  });
});

function twice(value: string) {
  const one = { value, raw: value, stamp: null };
  return [one, one] as const;
}
