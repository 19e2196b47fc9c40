import { describe, expect, it } from '@jest/globals';
import { PlanError } from '../../../src/core/errors.js';
import { pipelineSettings } from '../../../src/core/pipeline/settings.js';
import type { FieldSpec, PipelineSpec } from '../../../src/core/pipeline/spec.js';
import { compiled, review, spec } from './compile-input.js';

describe('record-wide parts', () => {
  const fields: Record<string, FieldSpec> = {
    starts_on: { type: 'date', a: 's', b: 's', policy: review },
    ends_on: { type: 'date', a: 'e', b: 'e', policy: review },
    seats: { type: 'integer', a: 'n', b: 'n' },
    price: { type: 'decimal', a: 'p', b: 'p' },
    note: { a: 'x', b: 'x', contextOnly: true },
  };
  const plan = compiled(fields, {
    groups: { deal: { fields: ['seats', 'price'], policy: review } },
    holdSets: [
      { id: 'period', fields: ['starts_on', 'seats'] },
      { id: 'all', fields: 'record' },
    ],
    invariants: [
      {
        id: 'order',
        fields: ['starts_on', 'ends_on'],
        expect: 'starts_on <= ends_on',
        message: 'ends before it starts',
      },
      { id: 'paid', fields: ['seats', 'price'], expect: 'seats == 0 || price > 0.0' },
    ],
    deletes: { aDeleted: 'delete', deleteVsEdit: 'keep' },
    guards: { flapping: { flips: 6, window: '1h' } },
  });

  it('hold sets name units, of a group the group', () => {
    expect(plan.holdSets.map((set) => [...set])).toEqual([
      ['starts_on', 'deal'],
      ['starts_on', 'ends_on', 'deal'],
    ]);
  });

  it('invariants hold as a CHECK constraint does', () => {
    const [order, paid] = plan.invariants;
    expect(order).toMatchObject({
      id: 'order',
      units: ['starts_on', 'ends_on'],
      message: 'ends before it starts',
    });
    expect(order?.holds({ starts_on: '2024-01-01', ends_on: '2024-01-02' })).toBe(true);
    expect(order?.holds({ starts_on: '2024-01-03', ends_on: '2024-01-02' })).toBe(false);
    expect(order?.holds({ starts_on: '2024-01-03', ends_on: null })).toBe(true);
    expect(paid?.units).toEqual(['deal']);
    expect(paid?.holds({ deal: { seats: '2', price: '0' } })).toBe(false);
    expect(paid?.holds({ deal: { seats: '0', price: null } })).toBe(true);
    expect(paid?.holds({ deal: null })).toBe(true);
  });

  it('life and flapping are taken over', () => {
    expect(plan.life).toEqual({ aDeleted: 'delete', bDeleted: 'review', deleteVsEdit: 'keep' });
    expect(plan.flap).toEqual({ flips: 6, windowMs: 3_600_000 });
  });

  it.each([
    [{ groups: { g: { fields: ['nope'], policy: review } } }, ['groups', 'g', 'fields', 0]],
    [{ holdSets: [{ id: 'h', fields: ['starts_on', 'nope'] }] }, ['holdSets', 0, 'fields', 1]],
    [{ invariants: [{ id: 'i', fields: ['nope'], expect: 'true' }] }, ['invariants', 0, 'fields', 0]],
    [
      { invariants: [{ id: 'i', fields: ['starts_on'], expect: 'ends_on == ""' }] },
      ['invariants', 0, 'expect'],
    ],
  ] as [Partial<PipelineSpec>, unknown][])('%j is refused with its path', (rest, path) => {
    const { starts_on, ends_on } = fields as Record<'starts_on' | 'ends_on', FieldSpec>;
    let thrown: unknown;
    try {
      compiled({ starts_on, ends_on }, rest);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(PlanError);
    expect(thrown).toMatchObject({ path });
  });

  it('a column belongs to one field only', () => {
    expect(() =>
      compiled({ x: { a: 'c', b: 'd', policy: review }, y: { a: 'c', b: 'e', policy: review } }),
    ).toThrow(/column c is mapped by x already/);
  });
});

describe('settings', () => {
  it('have defaults that depend on how changes are seen', () => {
    expect(pipelineSettings(spec({}))).toEqual({
      undoMs: 8000,
      pollMs: 25,
      writeBudget: { A: null, B: null },
      capture: {
        A: { mode: 'log', updatedAt: null, overlapMs: 60_000, staleFormMs: 300_000 },
        B: { mode: 'log', updatedAt: null, overlapMs: 60_000, staleFormMs: 300_000 },
      },
      acceptLoad: 'manual',
      tombstoneMs: 31_536_000_000,
      guards: {
        deletes: { maxCount: 20, maxPercent: 2, windowMs: 3_600_000 },
        blanking: { maxCount: 100, maxPercent: 5, windowMs: 3_600_000 },
        overwrite: { maxCount: 500, maxPercent: 20, windowMs: 900_000 },
      },
    });
    const polled = spec(
      {},
      {
        connections: {
          a: { ref: 'a', object: 'o', capture: { mode: 'polling', updatedAt: 'at' } },
          b: { ref: 'b', object: 'o' },
        },
        schedule: { writeBudget: { b: '80/10s' } },
      },
    );
    expect(pipelineSettings(polled)).toMatchObject({
      pollMs: 5_000,
      writeBudget: { A: null, B: { count: 80, perMs: 10_000 } },
    });
  });
});
