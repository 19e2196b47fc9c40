import { at, column, f, facts, offline, policy, review, spec, type Case } from './lint-input.js';

/** Matching, columns, transforms. */
export const columnCases: readonly Case[] = [
  ['match-missing', 'warning', '/match', spec({}, { match: [{ id: 'c', action: 'create' }] })],
  [
    'match-order',
    'error',
    '/match/0',
    spec(
      {},
      {
        match: [
          { id: 'c', action: 'create' },
          { id: 'l', by: ['name'], action: 'link' },
        ],
      },
    ),
  ],
  ['match-field', 'error', '/match/0', spec({}, { match: [{ id: 'l', action: 'link' }] })],
  [
    'match-field',
    'error',
    '/match/0/by/0',
    spec({ f: { b: 'y', contextOnly: true } }, { match: [{ id: 'l', by: ['f'], action: 'link' }] }),
  ],
  [
    'unknown-field',
    'error',
    '/match/0/by/0',
    spec({}, { match: [{ id: 'l', by: ['nope'], action: 'link' }] }),
  ],

  ['column-twice', 'error', '/fields/f/b', f({ b: 'name', policy: review })],
  [
    'column-unknown',
    'error',
    `${at}/b`,
    policy(review),
    facts([column('x', 'text')], [column('yy', 'text')]),
    /no column y/,
  ],
  [
    'column-unknown',
    'error',
    '/scope/b/filter',
    spec({}, { scope: { b: { filter: 'row.statsu == "active"' } } }),
    facts([], [column('status', 'text')]),
    /no column statsu; did you mean status\?/,
  ],
  [
    'column-unsupported',
    'error',
    '/scope/a/filter',
    spec({}, { scope: { a: { filter: 'row.vector != null' } } }),
    facts([column('vector', null)], []),
  ],
  [
    'expression-invalid',
    'error',
    '/scope/a/filter',
    spec({}, { scope: { a: { filter: 'true' } } }),
    undefined,
    /reads columns of the row by name/,
  ],
  [
    'column-unknown',
    'error',
    '/connections/a/actor',
    spec(
      {},
      { connections: { a: { ref: 'crm', object: 'o', actor: 'nmae' }, b: { ref: 's', object: 'o' } } },
    ),
    facts([], []),
    /did you mean name\?/,
  ],
  [
    'column-unsupported',
    'error',
    `${at}/a`,
    policy(review),
    facts([column('x', null)], [column('y', 'text')]),
    /tsvector, which cannot be kept exactly/,
  ],
  [
    'column-read-only',
    'error',
    `${at}/b`,
    policy(review),
    facts([column('x', 'text')], [column('y', 'text', { readOnly: true })]),
  ],
  [
    'type-mismatch',
    'error',
    `${at}/a`,
    policy(review),
    facts([column('x', 'text')], [column('y', 'integer')]),
    /x is text, the field is integer/,
  ],
  [
    'type-mismatch',
    'error',
    `${at}/a`,
    policy(review),
    facts([column('x', 'localdatetime')], [column('y', 'datetime')]),
  ],
  [
    'column-length',
    'warning',
    `${at}/b`,
    policy(review),
    facts([column('x', 'text')], [column('y', 'text', { maxLength: 40 })]),
  ],
  [
    'options-differ',
    'warning',
    `${at}/b`,
    policy(review),
    facts([column('x', 'enum', { options: ['p', 'q'] })], [column('y', 'enum', { options: ['p'] })]),
    /does not know q/,
  ],
  [
    'required-unmapped',
    'error',
    '/match/1',
    spec(
      {},
      {
        match: [
          { id: 'l', by: ['name'], action: 'link' },
          { id: 'c', action: 'create', direction: 'aToB' },
        ],
      },
    ),
    facts([column('other', 'text', { required: true })], [column('must', 'text', { required: true })]),
    /required column must/,
  ],

  [
    'transform-one-sided',
    'error',
    `${at}/transform`,
    f({ transform: { aToB: 'upper(value)' }, policy: review }),
  ],
  [
    'transform-lossy',
    'error',
    `${at}/transform`,
    f({ transform: { aToB: 'upper(value)', bToA: 'value' }, policy: review }),
    offline,
    /"Abc" is written to a as "Abc", which is read as "ABC"/,
  ],
  [
    'transform-lossy',
    'error',
    `${at}/b`,
    f({
      b: {
        column: 'y',
        read: 'map(value, {"1": "x", "2": "y"})',
        write: 'unmap(value, {"1": "y", "3": "x"})',
      },
      policy: review,
    }),
  ],
  [
    'transform-lossy',
    'error',
    `${at}/a`,
    f({
      type: 'integer',
      a: { column: 'x', read: 'int(value) / 100', write: 'string(value)' },
      policy: review,
    }),
  ],
];
