import { describe, expect, it } from '@jest/globals';
import { isArchived, lifeOfRow, markOf, takesPart, withoutRow } from '../../../src/core/archive.js';
import { readUnit, writeUnit } from '../../../src/core/at-rest.js';
import { LIFE_UNIT } from '../../../src/core/life.js';
import { withImage } from '../../../src/core/observe.js';
import { compile } from '../../../src/core/pipeline/compile.js';
import type { ArchiveSpec, PipelineSpec } from '../../../src/core/pipeline/spec.js';
import type { Archive, Plan } from '../../../src/core/plan.js';
import { LIFE } from '../../../src/core/plan.js';
import type { Json } from '../../../src/core/value.js';
import { column, facts, spec } from './lint-input.js';

const NOW = Date.parse('2026-11-22T10:20:30.456Z');
const side = { label: 'X', tier: 'T0', orderedLog: true } as const;

function planOf(archive: ArchiveSpec, type: Parameters<typeof column>[1]): Plan {
  const of: PipelineSpec = spec({}, { deletes: { archive: { b: archive } } });
  return compile(of, facts([], [column(archive.column, type)]).schemas, { A: side, B: side }, 1);
}
const archiveOf = (archive: ArchiveSpec, type: Parameters<typeof column>[1]): Archive =>
  planOf(archive, type).archive?.B as Archive;

describe('a column that tells which rows are deleted', () => {
  it('knows its mark in whatever form the side writes it', () => {
    const flag = archiveOf({ column: 'archived', mark: true }, 'boolean');
    expect(['true', 't', true, 'false', null].map((raw) => flag.isMarked(raw))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
    expect([flag.mark(NOW), flag.live, flag.words]).toEqual(['true', 'false', 'archived = true']);
    const inverse = archiveOf({ column: 'active', mark: false }, 'boolean');
    expect([inverse.isMarked('false'), inverse.mark(NOW), inverse.live]).toEqual([true, 'false', 'true']);
    const number = archiveOf({ column: 'state', mark: 9, live: 1 }, 'integer');
    expect([number.isMarked('9'), number.isMarked('1'), number.isMarked('x')]).toEqual([true, false, false]);
  });

  it.each([
    ['datetime', '2026-11-22 10:20:30.456+00'],
    ['localdatetime', '2026-11-22 10:20:30.456'],
    ['date', '2026-11-22'],
  ] as const)('a %s is a mark whatever it says; Accord writes the time of the deletion', (type, written) => {
    const archive = archiveOf({ column: 'deleted_at', mark: 'now' }, type);
    expect(archive.mark(NOW)).toBe(written);
    expect([archive.isMarked(written), archive.isMarked('1999-01-01'), archive.isMarked(null)]).toEqual([
      true,
      type === 'date',
      false,
    ]);
    expect([archive.live, archive.words]).toEqual([null, 'deleted_at is set']);
  });

  it('belongs to the record’s existence on its side, and to nothing else', () => {
    const plan = planOf({ column: 'status', mark: 'deleted', live: 'open' }, 'text');
    expect(plan.sides.B.column.get('status')).toEqual({ unit: LIFE, field: LIFE });
    expect(plan.units.map(({ key }) => key)).toEqual(['name']);
    expect(takesPart(plan, 'B', { status: 'deleted' })).toBe(false);
    expect(takesPart(plan, 'B', { status: 'other' })).toBe(true);
    expect(takesPart(plan, 'A', { status: 'deleted' })).toBe(true);
  });

  it('a row that stands, one that is marked and one that is gone are three things, also once they are stored', () => {
    const archive = archiveOf({ column: 'status', mark: 'deleted', live: 'open' }, 'text');
    const live = readUnit('H1|1.1', 'live', undefined);
    const stored = (raw: Json): ReturnType<typeof readUnit> => {
      const seen = lifeOfRow(archive, raw);
      const head = { ...live.head, value: seen.value };
      const unit = withImage({ ...live, head, A: { ...live.A, value: seen.value } }, 'B', {
        ...head,
        raw: seen.raw,
      });
      return readUnit('H1|1.1', writeUnit(LIFE_UNIT, 'H1|1.1', unit).field, undefined);
    };
    // The mark is the very word that stands for a deleted record.
    expect(isArchived(stored('deleted'), 'B')).toBe(true);
    expect(markOf(archive, stored('deleted').B)).toBe('deleted');
    expect(isArchived(withoutRow(stored('deleted'), 'B'), 'B')).toBe(false);
    expect([stored('open').B.raw, markOf(archive, stored('open').B)]).toEqual([undefined, 'open']);
    expect([stored('new').B.value, markOf(archive, stored('new').B)]).toEqual(['live', 'new']);
  });
});
