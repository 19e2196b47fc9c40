import { at, column, f, facts, policy, review, rules, spec, type Case } from './lint-input.js';

/** Groups, fields, types. */
export const structureCases: readonly Case[] = [
  ['policy-missing', 'error', at, spec({ f: { a: 'x', b: 'y' } })],
  [
    'policy-twice',
    'error',
    `${at}/policy`,
    spec(
      { f: { a: 'x', b: 'y', policy: review }, g: { a: 'g', b: 'g' } },
      { groups: { gr: { fields: ['f', 'g'], policy: review } } },
    ),
  ],
  [
    'group-member-unknown',
    'error',
    '/groups/gr/fields/1',
    spec({ f: { a: 'x', b: 'y' } }, { groups: { gr: { fields: ['f', 'nope'], policy: review } } }),
  ],
  [
    'group-member-twice',
    'error',
    '/groups/h/fields/0',
    spec(
      { f: { a: 'x', b: 'y' }, g: { a: 'g', b: 'g' } },
      { groups: { gr: { fields: ['f', 'g'], policy: review }, h: { fields: ['f', 'g'], policy: review } } },
    ),
  ],
  [
    'group-name-taken',
    'error',
    '/groups/name',
    spec(
      { f: { a: 'x', b: 'y' }, g: { a: 'g', b: 'g' } },
      { groups: { name: { fields: ['f', 'g'], policy: review } } },
    ),
  ],
  [
    'group-direction',
    'error',
    '/groups/gr',
    spec(
      { f: { a: 'x', b: 'y', direction: 'aToB' }, g: { a: 'g', b: 'g' } },
      { groups: { gr: { fields: ['f', 'g'], policy: review } } },
    ),
  ],
  [
    'group-merge',
    'error',
    '/groups/gr/policy',
    spec(
      { f: { a: 'x', b: 'y' }, g: { a: 'g', b: 'g' } },
      { groups: { gr: { fields: ['f', 'g'], policy: { strategy: 'merge', merge: 'json' } } } },
    ),
  ],
  [
    'group-context',
    'error',
    '/groups/gr/fields/0',
    spec(
      { f: { a: 'x', contextOnly: true }, g: { a: 'g', b: 'g' } },
      { groups: { gr: { fields: ['f', 'g'], policy: review } } },
    ),
  ],
  ['context-policy', 'error', `${at}/policy`, f({ contextOnly: true, policy: review })],
  ['end-missing', 'error', at, spec({ f: { a: 'x', policy: review } })],
  [
    'transform-and-lens',
    'error',
    `${at}/transform`,
    spec({
      f: {
        a: { column: 'x', read: 'value' },
        b: 'y',
        transform: { aToB: 'value' },
        lossy: true,
        policy: review,
      },
    }),
  ],

  ['merge-type', 'error', `${at}/policy/merge`, policy({ strategy: 'merge', merge: 'set' }, 'text')],
  ['merge-type', 'error', `${at}/policy/merge`, policy({ strategy: 'merge', merge: 'counter' }, 'boolean')],
  ['merge-type', 'error', `${at}/policy/merge`, policy({ strategy: 'merge', merge: 'max' }, 'json')],
  [
    'merge-type',
    'error',
    `${at}/policy/merge`,
    policy({ strategy: 'merge', merge: 'set' }),
    facts([column('x', 'integer')], [column('y', 'integer')]),
  ],
  [
    'merge-bounds',
    'error',
    `${at}/policy`,
    policy({ strategy: 'merge', merge: 'counter', min: 5, max: 1 }, 'integer'),
  ],
  ['merge-bounds', 'error', `${at}/policy`, policy({ strategy: 'merge', merge: 'max', min: 5 }, 'integer')],
  ['merge-missing', 'error', `${at}/policy/rules/0`, rules({ id: 'r', take: 'merge' })],
  ['rule-option', 'error', `${at}/policy/rules/0/within`, rules({ id: 'r', take: 'a', within: '1s' })],
  [
    'compare-type',
    'error',
    `${at}/compare/normalize/1`,
    f({ type: 'uuid', compare: { normalize: ['trim', 'date-only'] }, policy: review }),
  ],
  [
    'compare-type',
    'error',
    `${at}/compare/tolerance`,
    f({ type: 'text', compare: { tolerance: 1 }, policy: review }),
  ],
];
