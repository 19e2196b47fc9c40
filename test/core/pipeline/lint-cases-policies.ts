import {
  at,
  ends,
  f,
  offline,
  policy,
  polling,
  review,
  rules,
  spec,
  tiers,
  type Case,
} from './lint-input.js';

/** Directions, stamps, rules, expressions. */
export const policyCases: readonly Case[] = [
  ['one-way-policy', 'error', `${at}/policy`, f({ direction: 'aToB', policy: review })],
  [
    'one-way-owner',
    'error',
    `${at}/policy/owner`,
    f({ direction: 'aToB', policy: { strategy: 'owner', owner: 'b' } }),
  ],
  [
    'one-way-accept',
    'error',
    `${at}/policy/onForeignEdit`,
    f({ direction: 'bToA', policy: { strategy: 'owner', owner: 'b', onForeignEdit: 'accept' } }),
  ],
  [
    'newest-no-stamp',
    'error',
    `${at}/policy`,
    spec(
      { f: { a: 'x', b: 'y', policy: { strategy: 'newest', tie: 'review' } } },
      { connections: ends({ mode: 'snapshot' }) },
    ),
  ],
  [
    'newest-coarse',
    'warning',
    `${at}/policy`,
    spec(
      { f: { a: 'x', b: 'y', policy: { strategy: 'newest', tie: 'review' } } },
      { connections: ends(polling) },
    ),
  ],
  [
    'newest-no-stamp',
    'error',
    `${at}/policy/rules/0`,
    spec(
      { f: { a: 'x', b: 'y', policy: { strategy: 'rules', rules: [{ id: 'r', take: 'newest' }] } } },
      { connections: ends({ mode: 'snapshot' }) },
    ),
  ],
  [
    'tier-policy',
    'error',
    `${at}/policy/merge`,
    policy({ strategy: 'merge', merge: 'counter' }, 'integer'),
    tiers('T0', 'T3'),
    /Support \(T3\)/,
  ],
  ['tier-policy', 'error', at, policy(review), tiers('T4', 'T0'), /direction must be bToA/],
  [
    'capture-options',
    'error',
    '/connections/a/capture',
    spec({}, { connections: ends({ mode: 'polling' }) }),
  ],
  [
    'capture-options',
    'error',
    '/connections/a/capture/staleForm',
    spec({}, { connections: ends({ ...polling, staleForm: '1m' }) }),
  ],

  ['reference-value', 'error', `${at}/compare`, f({ reference: 'o', compare: {}, policy: review })],
  [
    'reference-value',
    'error',
    `${at}/b`,
    f({ reference: 'o', b: { column: 'y', read: 'value' }, policy: review }),
  ],
  [
    'reference-policy',
    'error',
    `${at}/policy`,
    f({ reference: 'o', policy: { strategy: 'merge', merge: 'max' } }),
  ],
  [
    'reference-group',
    'error',
    '/groups/both/fields',
    spec(
      { f: { a: 'x', b: 'y', reference: 'o' }, g: { a: 'u', b: 'v' } },
      { groups: { both: { fields: ['f', 'g'], policy: review } } },
    ),
  ],
  [
    'reference-match',
    'error',
    '/match/0',
    spec(
      { f: { a: 'x', b: 'y', reference: 'o', policy: review } },
      { match: [{ id: 'by-f', by: ['f'], action: 'link' }] },
    ),
  ],

  [
    'rule-twice',
    'error',
    `${at}/policy/rules/1/id`,
    rules({ id: 'r', when: 'base == null', take: 'a' }, { id: 'r', take: 'b' }),
  ],
  [
    'rule-unreachable',
    'error',
    `${at}/policy/rules/1`,
    rules({ id: 'r', take: 'a' }, { id: 's', take: 'b' }),
  ],
  [
    'rule-unreachable',
    'error',
    `${at}/policy/rules/1`,
    rules({ id: 'r', when: 'true', take: 'review' }, { id: 's', take: 'b' }),
  ],
  [
    'rule-expired',
    'warning',
    `${at}/policy/rules/0/expiresAt`,
    rules({ id: 'r', take: 'a', expiresAt: '2026-01-01T00:00:00Z' }),
  ],
  [
    'rule-no-expiry',
    'warning',
    `${at}/policy/rules/0`,
    rules({ id: 'r', take: 'a', origin: 'remembered:x' }),
  ],
  [
    'expression-invalid',
    'error',
    `${at}/policy/rules/1/when`,
    rules({ id: 'r', when: 'a.value == ""', take: 'a' }, { id: 's', when: 'a.value +', take: 'a' }),
    offline,
    /character 10 of the expression/,
  ],
  [
    'expression-limit',
    'error',
    `${at}/policy/rules/0/when`,
    rules({ id: 'r', when: 'a.value.matches("x")', take: 'a' }),
  ],
  [
    'unknown-field',
    'error',
    `${at}/policy/rules/0/when`,
    rules({ id: 'r', when: 'record.nam.a == ""', take: 'a' }),
  ],
  [
    'unknown-name',
    'error',
    `${at}/policy/rules/0/when`,
    rules({ id: 'r', when: 'a.author == ""', take: 'a' }),
  ],
  [
    'unknown-field',
    'error',
    '/groups/gr/policy/rules/0/when',
    spec(
      { f: { a: 'x', b: 'y' }, g: { a: 'g', b: 'g' } },
      {
        groups: {
          gr: {
            fields: ['f', 'g'],
            policy: { strategy: 'rules', rules: [{ id: 'r', when: 'record.nope.b == 1', take: 'a' }] },
          },
        },
      },
    ),
  ],
  [
    'expression-invalid',
    'error',
    `${at}/b/write`,
    f({ b: { column: 'y', read: 'value', write: 'nope(value)' }, policy: review }),
  ],
  [
    'expression-invalid',
    'error',
    '/invariants/1/expect',
    spec(
      {},
      {
        invariants: [
          { id: 'i', fields: ['name'], expect: 'name != ""' },
          { id: 'j', fields: ['name'], expect: 'nam != ""' },
        ],
      },
    ),
  ],
  [
    'unknown-field',
    'error',
    '/invariants/0/fields/0',
    spec({}, { invariants: [{ id: 'i', fields: ['nope'], expect: 'true' }] }),
  ],
  [
    'unknown-field',
    'error',
    '/holdSets/0/fields/1',
    spec({}, { holdSets: [{ id: 'h', fields: ['name', 'nope'] }] }),
  ],
  [
    'priority-unknown',
    'error',
    '/review/priority/nope',
    spec({}, { review: { priority: { default: 'low', nope: 'high' } } }),
  ],
  [
    'sla-hours',
    'error',
    '/review/sla/businessHours',
    spec({}, { review: { sla: { high: '4h', businessHours: 'Mon-Fri 09:00-18:00 Europe/Atlantis' } } }),
  ],
  ['sla-length', 'error', '/review/sla/low', spec({}, { review: { sla: { low: '400d' } } })],
];
