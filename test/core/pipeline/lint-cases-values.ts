import { DuplicateKeys } from '../../../src/core/lint/match-duplicates.js';
import type { Samples } from '../../../src/core/lint/samples.js';
import type { Raw } from '../../../src/core/value.js';
import { at, column, f, facts, policy, review, spec, type Case } from './lint-input.js';

type Columns = Readonly<Record<string, readonly Raw[]>>;
const seen = (A: Columns, B: Columns = {}): { readonly samples: Samples } => ({ samples: { A, B } });
const texts = facts([column('x', 'text')], [column('y', 'text')]);

const founded = f({
  type: 'date',
  a: { column: 'x', read: 'date.parse(value, "dd.MM.yyyy")', write: 'date.format(value, "dd.MM.yyyy")' },
  policy: review,
});
const phone = { transform: { aToB: 'phone.toE164(value, "DE")', bToA: 'value' }, policy: review, pii: true };
const names = spec({
  name: { a: 'name', b: 'name', compare: { normalize: ['trim', 'lowercase'] }, policy: review },
});

const duplicatesOf = (side: 'A' | 'B', values: readonly Raw[]) => {
  const keys = new DuplicateKeys(names, { A: undefined, B: undefined }, side);
  values.forEach((name, i) => keys.add(`${side.toLowerCase()}${String(i)}`, { name }));
  return keys.found();
};

/** What is said of real values and records. */
export const valueCases: readonly Case[] = [
  [
    'value-unreadable',
    'warning',
    `${at}/a/column`,
    founded,
    {
      ...facts([column('x', 'text')], [column('y', 'date')]),
      ...seen({ x: ['29.02.2024', 'soon', null, '2024-02-29'] }),
    },
    /^2 of 4 values looked at cannot be read: .*found "soon"$/,
  ],
  [
    'value-unreadable',
    'warning',
    `${at}/a`,
    f({ compare: { normalize: ['digits'] }, ...phone }),
    { ...texts, ...seen({ x: ['030 1234567', 'call Ann on 17'] }) },
    /^1 of 2 values looked at cannot be read: .*found something else$/,
  ],
  [
    'value-unwritable',
    'warning',
    `${at}/a`,
    policy(review),
    {
      ...facts([column('x', 'text')], [column('y', 'text', { maxLength: 3 })]),
      ...seen({ x: ['abc', 'äöü', 'abcd'] }),
    },
    /^1 of 3 values looked at cannot be written to y: y: expected at most 3 characters, found 4$/,
  ],
  [
    'value-unwritable',
    'warning',
    `${at}/b`,
    policy(review),
    {
      ...facts([column('x', 'enum', { options: ['p'] })], [column('y', 'text')]),
      ...seen({}, { y: ['p', 'q', null, 'q'] }),
    },
    /^2 of 4 values looked at cannot be written to x: x: expected one of p, found "q"$/,
  ],
  [
    'match-duplicates',
    'warning',
    '/match/0/by',
    names,
    {
      ...texts,
      duplicates: [
        ...duplicatesOf('A', [' Ann ', 'Bob', 'ann', null, '', 'ANN', 'Cleo', 'bob']),
        ...duplicatesOf('B', ['x', 'x']),
      ],
    },
    /^5 of 8 records looked at on a share their key with another \(a0 and a2, for a start\); 2 of 2 .* on b /,
  ],
];
