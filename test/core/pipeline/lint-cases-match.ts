import type { MatchSpec } from '../../../src/core/pipeline/spec.js';
import { name, spec, type Case } from './lint-input.js';

const alike: MatchSpec = {
  id: 'alike',
  action: 'link',
  score: [
    { field: 'name', as: 'name', agree: 8 },
    { field: 'city', as: 'text', agree: 4 },
  ],
  block: [{ sound: ['name'] }],
  auto: 10,
  review: 6,
};
const city = { a: 'city', b: 'city', policy: { strategy: 'review' } } as const;
const rule = (of: Partial<MatchSpec>) => spec({ name, city }, { match: [{ ...alike, ...of }] });
const without = (key: keyof MatchSpec) =>
  spec(
    { name, city },
    { match: [Object.fromEntries(Object.entries(alike).filter(([k]) => k !== key)) as never] },
  );

/** Rules that compare in a normal form, or score. */
export const matchCases: readonly Case[] = [
  [
    'match-normal-form',
    'error',
    '/match/0/normalize/city',
    spec({ city }, { match: [{ id: 'm', action: 'link', by: ['name'], normalize: { city: 'text' } }] }),
  ],
  [
    'match-normal-form',
    'error',
    '/match/0/region',
    spec(
      {},
      { match: [{ id: 'm', action: 'link', by: ['name'], normalize: { name: 'name' }, region: 'DE' }] },
    ),
    undefined,
    /for phone numbers/,
  ],
  ['match-score', 'error', '/match/0/score', rule({ by: ['name'] }), undefined, /either by, or by score/],
  [
    'match-score',
    'error',
    '/match/0/auto',
    spec({}, { match: [{ id: 'm', action: 'link', by: ['name'], auto: 3 }] }),
    undefined,
    /belongs to a rule with score/,
  ],
  [
    'match-score',
    'error',
    '/match/0/score/1',
    rule({
      score: [
        { field: 'name', as: 'name', agree: 8 },
        { field: 'name', as: 'name', agree: 4 },
      ],
    }),
  ],
  ['match-block', 'error', '/match/0', without('block'), undefined, /needs block/],
  ['match-block', 'error', '/match/0/block/0', rule({ block: [{}] })],
  ['match-block', 'warning', '/match/0/block/0', rule({ block: [{ start: ['name'] }] })],
  ['match-threshold', 'error', '/match/0', without('auto'), undefined, /needs auto/],
  ['match-threshold', 'error', '/match/0/auto', rule({ auto: 13 }), undefined, /out of reach.*12/],
  ['match-threshold', 'warning', '/match/0/auto', rule({ auto: 7 }), undefined, /one field alone/],
  ['match-threshold', 'error', '/match/0/review', rule({ review: 11 }), undefined, /above auto/],
  ['match-threshold', 'warning', '/match/0', without('review'), undefined, /never asked/],
  [
    'unknown-field',
    'error',
    '/match/0/score/0/field',
    rule({ score: [{ field: 'nope', as: 'text', agree: 11 }] }),
  ],
  ['unknown-field', 'error', '/match/0/block/0', rule({ block: [{ whole: ['nope'] }] })],
];
