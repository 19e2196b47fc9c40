import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { assign, type ScoredPair } from '../../../src/core/matching/assign.js';
import { blockKeys } from '../../../src/core/matching/block-keys.js';
import { explain, inWords } from '../../../src/core/matching/explain.js';
import { score } from '../../../src/core/matching/score.js';
import { scoredRules, type ScoredRule } from '../../../src/core/matching/scored-rule.js';

const rule = scoredRules([
  { id: 'by-email', by: ['email'], action: 'link' },
  {
    id: 'alike',
    action: 'link',
    score: [
      { field: 'name', as: 'name', agree: 8, disagree: 6 },
      { field: 'phone', as: 'phone', agree: 10, disagree: 2 },
      { field: 'birth', as: 'date', agree: 8 },
    ],
    block: [{ sound: ['name'] }],
    auto: 14,
    review: 7,
  },
])[0] as ScoredRule;

describe('a score', () => {
  it('adds what each attribute says, and says so', () => {
    const found = score(
      rule,
      ['anna meyer', '+49301234567', null],
      ['anna maier', '+49309999999', '1980-01-01'],
    );
    const verdicts = explain(rule, found.parts);
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(['alike', 'differs', 'blank']);
    expect(found.points).toBeCloseTo(
      verdicts.reduce((sum, { points }) => sum + points, 0),
      1,
    );
    expect(inWords(verdicts)).toMatch(/^name alike \(\+6(?:\.\d+)?\), phone differs \(−2\)$/);
  });

  it('takes a blank for no evidence at all', () => {
    expect(score(rule, ['anna meyer', null, null], ['anna meyer', '1', '1980-01-01']).points).toBe(8);
    expect(score(rule, [null, null, null], [null, null, null]).points).toBe(0);
  });

  it('fills in what the file leaves out', () => {
    expect(rule).toMatchObject({ index: 1, margin: 2.8, attributes: [{}, {}, { disagree: 4 }] });
  });
});

describe('keys of candidates', () => {
  const text = (of: Record<string, string>) => (field: string) => of[field] ?? null;

  it('are the same for those who sound the same', () => {
    const block = [{ sound: ['name'], start: ['zip'] }];
    const one = blockKeys(block, text({ name: 'Anna Meyer', zip: '10115' }));
    const other = blockKeys(block, text({ name: 'Maier, Hannah', zip: '10117' }));
    expect(one.some((key) => other.includes(key))).toBe(true);
  });

  it('are not made of blanks', () => {
    expect(blockKeys([{ sound: ['name'], whole: ['zip'] }], text({ name: 'Anna' }))).toEqual([]);
    expect(blockKeys([{ ending: ['phone'] }], text({ phone: '12' }))).toEqual([]);
  });

  it('of different blocks are never taken for each other', () => {
    const keys = blockKeys([{ whole: ['x'] }, { whole: ['y'] }], text({ x: 'same', y: 'same' }));
    expect(new Set(keys).size).toBe(2);
  });

  it('are few, whatever the text', () => {
    const long = Array.from({ length: 500 }, (_, i) => `word${String(i)}`).join(' ');
    expect(blockKeys([{ words: ['x', 'y', 'z'] }], text({ x: long, y: long, z: long })).length).toBeLessThan(
      30,
    );
  });
});

describe('assignment', () => {
  const of = (...pairs: readonly (readonly [string, string, number])[]): ScoredPair[] =>
    pairs.map(([a, b, points]) => ({ a, b, points }));
  const names = (pairs: readonly ScoredPair[]) => pairs.map(({ a, b }) => `${a}-${b}`);

  it('gives the best pair each other, and what is left to the next', () => {
    const found = assign(rule, of(['a1', 'b1', 20], ['a2', 'b1', 16], ['a2', 'b2', 15], ['a1', 'b2', 8]));
    expect(names(found.links)).toEqual(['a1-b1', 'a2-b2']);
    expect(found.questions).toEqual([]);
  });

  it('asks where two come near to each other', () => {
    const found = assign(rule, of(['a1', 'b1', 20], ['a1', 'b2', 18]));
    expect(found.links).toEqual([]);
    expect(names(found.questions)).toEqual(['a1-b1', 'a1-b2']);
  });

  it('asks where it is not enough', () => {
    expect(names(assign(rule, of(['a1', 'b1', 13.9])).questions)).toEqual(['a1-b1']);
  });

  it('does not ask about one who has found a better partner', () => {
    const found = assign(rule, of(['a1', 'b1', 20], ['a2', 'b1', 10]));
    expect(found.questions).toEqual([]);
  });

  it('links nobody twice, nothing below the threshold, and nothing near a rival that is free, in whatever order', () => {
    const pair = fc.record({
      a: fc.constantFrom('a1', 'a2', 'a3', 'a4'),
      b: fc.constantFrom('b1', 'b2', 'b3', 'b4'),
      points: fc.integer({ min: 7, max: 26 }),
    });
    const pairs = fc.uniqueArray(pair, { selector: ({ a, b }) => a + b, maxLength: 16 });
    fc.assert(
      fc.property(pairs, fc.integer(), (given, seed) => {
        const { links, questions } = assign(rule, given);
        const shuffled = [...given].sort((x, y) => ((x.points * seed) % 7) - ((y.points * seed) % 7));
        expect(assign(rule, shuffled)).toEqual({ links, questions });
        expect(new Set(links.map(({ a }) => a)).size).toBe(links.length);
        expect(new Set(links.map(({ b }) => b)).size).toBe(links.length);
        const taken = (one: ScoredPair) => links.some(({ a, b }) => a === one.a || b === one.b);
        for (const link of links) {
          expect(link.points).toBeGreaterThanOrEqual(rule.auto);
          const rivals = given.filter((one) => one !== link && (one.a === link.a || one.b === link.b));
          for (const rival of rivals.filter((one) => one.points > link.points - rule.margin)) {
            const other = links.find(
              ({ a, b }) =>
                (a === rival.a) !== (b === rival.b) && (a === rival.a ? a !== link.a : b !== link.b),
            );
            expect(other?.points ?? 0).toBeGreaterThanOrEqual(link.points);
          }
        }
        expect(questions.every((one) => !taken(one))).toBe(true);
        expect(given.filter((one) => !taken(one)).length).toBe(questions.length);
      }),
    );
  });
});
