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
    'a removal and an addition both survive',
    'set',
    'set',
    ['old', 'vip'],
    [
      [['old', 'vip'], ['vip']],
      [
        ['old', 'vip'],
        ['eu', 'old', 'vip'],
      ],
    ],
    ['eu', 'vip'],
  ],
  [
    'what one side removed and the other added again stays',
    'set',
    'set',
    ['x'],
    [
      [['x'], []],
      [[], ['x']],
    ],
    ['x'],
  ],
  [
    'two lists without a past are united',
    'set',
    'set',
    null,
    [
      [ABSENT, ['a']],
      [ABSENT, ['b']],
    ],
    ['a', 'b'],
  ],
  ['clearing the column clears what was there', 'set', 'set', ['a'], [[['a'], null]], null],
  ['emptying the list leaves an empty list', 'set', 'set', ['a'], [[['a'], []]], []],

  [
    'both deltas count',
    'counter',
    'integer',
    '10',
    [
      ['10', '12'],
      ['10', '12'],
    ],
    '14',
  ],
  [
    'deltas count from each side’s own base',
    'counter',
    'integer',
    '14',
    [
      ['10', '13'],
      ['12', '11'],
    ],
    '16',
  ],
  [
    'decimals are exact',
    'counter',
    'decimal',
    '0.1',
    [
      ['0', '0.2'],
      ['0', '-0.1'],
    ],
    '0.2',
  ],
  ['floats stay floats', 'counter', 'float', 1.5, [[1, 2.25]], 2.75],
  [
    'a sum that no float can hold',
    'counter',
    'float',
    1e308,
    [
      [0, 1e308],
      [0, 1e308],
    ],
    { not: 'out-of-bounds: the sum is no finite number' },
  ],
  [
    'a sum with more digits than are kept',
    'counter',
    'integer',
    '9'.repeat(20_000),
    [['0', '1']],
    { not: 'out-of-bounds: the sum has too many digits' },
  ],
  ['no common past is never guessed', 'counter', 'integer', '3', [[ABSENT, '4']], { not: 'ambiguous-base' }],
  ['a blank is not zero', 'counter', 'integer', '3', [['3', null]], { not: 'blank' }],
  [
    'a sum below the bound',
    'counter',
    'integer',
    '3',
    [
      ['3', '1'],
      ['3', '1'],
    ],
    { not: 'out-of-bounds: -1 is below 0' },
    { min: '0' },
  ],
  [
    'a sum above the bound',
    'counter',
    'decimal',
    '9',
    [
      ['9', '9.6'],
      ['9', '9.6'],
    ],
    { not: 'out-of-bounds: 10.2 is above 10' },
    { max: '10' },
  ],
  ['a sum on the bound is inside', 'counter', 'integer', '3', [['3', '0']], '0', { min: '0', max: '0' }],

  [
    'edits of different words',
    'text',
    'text',
    'the quick brown fox',
    [
      ['the quick brown fox', 'the slow brown fox'],
      ['the quick brown fox', 'the quick brown dog'],
    ],
    'the slow brown dog',
  ],
  [
    'edits of different lines',
    'text',
    'text',
    'a\nb\nc\n',
    [
      ['a\nb\nc\n', 'A\nb\nc\n'],
      ['a\nb\nc\n', 'a\nb\nC\n'],
    ],
    'A\nb\nC\n',
  ],
  [
    'edits of the same word',
    'text',
    'text',
    'a b',
    [
      ['a b', 'a x'],
      ['a b', 'a y'],
    ],
    { not: 'overlap' },
  ],
  [
    'the same edit twice',
    'text',
    'text',
    'a b',
    [
      ['a b', 'a x'],
      ['a b', 'a x'],
    ],
    'a x',
  ],
  [
    'cleared against edited',
    'text',
    'text',
    'a b',
    [
      ['a b', null],
      ['a b', 'a x'],
    ],
    { not: 'overlap' },
  ],
  [
    'no past, one blank',
    'text',
    'text',
    null,
    [
      [ABSENT, 'x'],
      [ABSENT, null],
    ],
    'x',
  ],
  [
    'no past, both filled',
    'text',
    'text',
    null,
    [
      [ABSENT, 'x'],
      [ABSENT, 'y'],
    ],
    { not: 'no-base' },
  ],
  [
    'too long to compare',
    'text',
    'text',
    'a '.repeat(2000),
    [
      ['a '.repeat(2000), 'b '.repeat(2000)],
      ['a '.repeat(2000), 'c '.repeat(2000)],
    ],
    { not: 'too-long' },
  ],
  [
    'one word over and over, which can be aligned in too many ways',
    'text',
    'text',
    'a '.repeat(400),
    [
      ['a '.repeat(400), 'a '.repeat(401)],
      ['a '.repeat(400), `${'a '.repeat(200)}b ${'a '.repeat(200)}`],
    ],
    { not: 'too-long' },
  ],

  [
    'different keys at any depth',
    'json',
    'json',
    { a: 1, n: { x: 1, y: 1 } },
    [
      [
        { a: 1, n: { x: 1, y: 1 } },
        { a: 2, n: { x: 1, y: 1 } },
      ],
      [
        { a: 1, n: { x: 1, y: 1 } },
        { a: 1, n: { x: 1, y: 3 } },
      ],
    ],
    { a: 2, n: { x: 1, y: 3 } },
  ],
  [
    'a key removed and another added',
    'json',
    'json',
    { a: 1, b: 1 },
    [
      [{ a: 1, b: 1 }, { b: 1 }],
      [
        { a: 1, b: 1 },
        { a: 1, b: 1, c: 1 },
      ],
    ],
    { b: 1, c: 1 },
  ],
  [
    'the same leaf',
    'json',
    'json',
    { n: { 'a/b': 1 } },
    [
      [{ n: { 'a/b': 1 } }, { n: { 'a/b': 2 } }],
      [{ n: { 'a/b': 1 } }, { n: { 'a/b': 3 } }],
    ],
    { not: 'conflict: /n/a~1b' },
  ],
  [
    'a leaf removed and edited',
    'json',
    'json',
    { a: 1 },
    [
      [{ a: 1 }, {}],
      [{ a: 1 }, { a: 2 }],
    ],
    { not: 'conflict: /a' },
  ],
  [
    'arrays are atomic',
    'json',
    'json',
    { t: [1] },
    [
      [{ t: [1] }, { t: [1, 2] }],
      [{ t: [1] }, { t: [0, 1] }],
    ],
    { not: 'conflict: /t' },
  ],
  ['null inside is a value', 'json', 'json', { a: 1 }, [[{ a: 1 }, { a: null }]], { a: null }],
  [
    'no past, different keys',
    'json',
    'json',
    null,
    [
      [ABSENT, { a: 1 }],
      [ABSENT, { b: 2 }],
    ],
    { a: 1, b: 2 },
  ],
  [
    'no past, the same key',
    'json',
    'json',
    null,
    [
      [ABSENT, { a: 1 }],
      [ABSENT, { a: 2 }],
    ],
    { not: 'conflict: /a' },
  ],
  [
    'scalars at the root',
    'json',
    'json',
    1,
    [
      [1, 2],
      [1, 3],
    ],
    { not: 'conflict: /' },
  ],
];

const contributions = (changes: readonly (readonly [Canon | undefined, Canon])[]): Contribution[] =>
  changes.map(([base, value]) => ({ base, value }));

describe('merge', () => {
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
