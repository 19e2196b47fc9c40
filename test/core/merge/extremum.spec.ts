import { describe, expect, it } from '@jest/globals';
import { merge } from '../../../src/core/merge/merge.js';
import type { Contribution } from '../../../src/core/merge/outcome.js';
import type { CounterBounds, MergeKind } from '../../../src/core/plan.js';
import type { Canon, FieldType } from '../../../src/core/value.js';

type Case = readonly [
  name: string,
  kind: MergeKind,
  type: FieldType,
  head: Canon,
  changes: readonly (readonly [Canon | undefined, Canon])[],
  expected: Canon | { readonly not: string },
  bounds?: CounterBounds,
];

const ABSENT = undefined;

const cases: readonly Case[] = [
  [
    'the greater of two edits, not what both had replaced',
    'max',
    'integer',
    '10',
    [
      ['10', '5'],
      ['10', '7'],
    ],
    '7',
  ],
  ['head where a side has not seen it', 'max', 'integer', '10', [['8', '9']], '10'],
  [
    'integers by size, not by letters',
    'min',
    'integer',
    '0',
    [
      ['0', '9'],
      ['0', '10'],
    ],
    '9',
  ],
  [
    'decimals by size',
    'max',
    'decimal',
    '1',
    [
      ['1', '-2.5'],
      ['1', '-2.45'],
    ],
    '-2.45',
  ],
  [
    'instants by time, with and without a fraction',
    'max',
    'datetime',
    null,
    [
      [ABSENT, '2024-01-01T00:00:05Z'],
      [ABSENT, '2024-01-01T00:00:05.5Z'],
    ],
    '2024-01-01T00:00:05.5Z',
  ],
  [
    'infinity is the last day',
    'max',
    'date',
    null,
    [
      [ABSENT, 'infinity'],
      [ABSENT, '9999-12-31'],
    ],
    'infinity',
  ],
  [
    'blanks lose',
    'min',
    'text',
    'm',
    [
      ['m', null],
      ['m', 'z'],
    ],
    'z',
  ],
  ['all blank is blank', 'min', 'text', 'm', [['m', null]], null],
  [
    'NaN is greatest',
    'max',
    'float',
    0,
    [
      [0, 'NaN'],
      [0, 'Infinity'],
    ],
    'NaN',
  ],
  [
    'minus infinity is least',
    'min',
    'float',
    0,
    [
      [0, '-Infinity'],
      [0, -1e300],
    ],
    '-Infinity',
  ],
];

const contributions = (changes: readonly (readonly [Canon | undefined, Canon])[]): Contribution[] =>
  changes.map(([base, value]) => ({ base, value }));

describe('merging by the least or the greatest', () => {
  it.each(cases)('%s (%s)', (...row) => {
    const [, kind, type, head, changes, expected, bounds] = row as Case;
    const outcome = merge(kind, type, bounds, head, contributions(changes));
    if (expected !== null && typeof expected === 'object' && 'not' in expected) {
      expect(outcome).toEqual({
        ok: false,
        reason: expect.stringMatching(new RegExp(`^${expected.not as string}`)),
      });
    } else {
      expect(outcome).toEqual({ ok: true, value: expected });
    }
  });
});
