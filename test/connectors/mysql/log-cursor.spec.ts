import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  asLogCursor,
  doneUpTo,
  gapsAfter,
  hasSeen,
  without,
  type LogCursor,
  type Range,
} from '../../../src/connectors/mysql/log-cursor.js';
import { keptTogether } from '../../../src/connectors/mysql/page-cut.js';

const cursor = (high: number, gaps: readonly Range[] = []): LogCursor => ({
  v: 1,
  mode: 'log',
  log: 'x',
  high,
  gaps,
  table: { filled: true, next: null },
});
const numbers = (ranges: readonly Range[]): number[] =>
  ranges.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i));

describe('a cursor of the log', () => {
  it('knows after any reads exactly which numbers it has not seen', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { maxLength: 12 }), { maxLength: 8 }),
        (reads) => {
          let at = cursor(0);
          const seen = new Set<number>();
          for (const read of reads) {
            // A read shows what lies above, and what has turned up in the gaps.
            const fresh = read.filter((seq) => !hasSeen(at, seq)).sort((x, y) => x - y);
            const end = Math.max(at.high, fresh.at(-1) ?? 0);
            at = { ...at, gaps: gapsAfter(at, fresh, end), high: end };
            for (const seq of fresh) seen.add(seq);
          }
          for (let seq = 1; seq <= 41; seq++) expect(hasSeen(at, seq)).toBe(seen.has(seq));
          const missing = Array.from({ length: at.high }, (_, i) => i + 1).filter((seq) => !seen.has(seq));
          expect(numbers(at.gaps)).toEqual(missing);
          expect(doneUpTo(at)).toBe((missing[0] ?? at.high + 1) - 1);
        },
      ),
    );
  });

  it('closes parts of a gap', () => {
    expect(
      without(
        [
          [1, 9],
          [20, 30],
        ],
        [3, 4],
      ),
    ).toEqual([
      [1, 2],
      [5, 9],
      [20, 30],
    ]);
    expect(without([[1, 9]], [1, 9])).toEqual([]);
    expect(without([[1, 9]], [8, 9])).toEqual([[1, 7]]);
  });

  it('is refused when something else has written it', () => {
    expect(asLogCursor(JSON.parse(JSON.stringify(cursor(3, [[1, 2]]))) as never)).toEqual(
      cursor(3, [[1, 2]]),
    );
    for (const wrong of [
      null,
      {},
      { v: 1, mode: 'polling' },
      { ...cursor(3), high: 'x' },
      { ...cursor(3), gaps: [[1]] },
      { ...cursor(3), table: null },
    ])
      expect(() => asLogCursor(wrong as never)).toThrow(expect.objectContaining({ code: 'cursor-invalid' }));
  });
});

describe('the end of a page', () => {
  const lean = (...entries: [tx: string, id: string, op?: string][]) =>
    entries.map(([tx, id, op = 'U'], i) => [String(i + 1), tx, id, '10', op]);

  it('lies behind the last entry of a transaction for each record that it has begun', () => {
    const entries = lean(['a', '1'], ['b', '2'], ['a', '3'], ['b', '1'], ['a', '1'], ['b', '2'], ['c', '1']);
    expect([1, 2, 3, 6, 7, 9].map((limit) => keptTogether(entries, limit))).toEqual([6, 6, 6, 6, 7, 7]);
  });

  it('lies behind the whole of a transaction that changes keys, for its records cannot be told apart', () => {
    expect(keptTogether(lean(['a', '1'], ['a', '2', 'K'], ['b', '1'], ['a', '3'], ['b', '4']), 1)).toBe(4);
  });

  it('comes early where values are large, and is not put off for ever', () => {
    const large = (n: number): (string | null)[][] =>
      Array.from({ length: n }, (_, i) => [String(i + 1), 'a', '1', String(8 * 2 ** 20), 'U']);
    expect(
      keptTogether(
        large(4).map((row, i) => [row[0] ?? null, `t${i}`, '1', row[3] ?? null, 'U']),
        100,
      ),
    ).toBe(2);
    expect(keptTogether(large(100), 1)).toBe(8);
  });
});
