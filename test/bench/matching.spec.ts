import { describe, expect, it } from '@jest/globals';
import { judge } from '../../bench/matching/verdict.js';
import { makeSides } from '../../bench/matching/world.js';

describe('the verdict on a matching', () => {
  const truth = {
    a: new Map([
      ['a1', 1],
      ['a2', 2],
      ['a3', 3],
      ['a4', 4],
      ['a4b', 4],
    ]),
    b: new Map([
      ['b1', 1],
      ['b2', 2],
      ['b3', 3],
      ['b4', 4],
      ['b9', 9],
    ]),
  };

  it('counts what is wrong, what is found, what is asked and what is missed', () => {
    const found = judge(truth, {
      linked: [
        ['a1', 'b1'],
        ['a4', 'b9'],
      ],
      asked: [['a2', 'b2']],
    });
    expect(found).toMatchObject({ linked: 2, wrong: 1, precision: 0.5, asks: 0.2 });
    expect([found.recall, found.shown, found.missed].map((share) => Math.round(share * 3))).toEqual([
      1, 1, 1,
    ]);
  });

  it('leaves out of the recall whoever a side has twice', () => {
    const all = {
      linked: [
        ['a1', 'b1'],
        ['a2', 'b2'],
        ['a3', 'b3'],
      ] as const,
      asked: [],
    };
    expect(judge(truth, all)).toMatchObject({ precision: 1, recall: 1 });
  });
});

describe('the world that records tell of', () => {
  it('is the same for the same seed, and another for another', () => {
    const rows = (seed: number) => makeSides(300, seed).b.map(({ entity, row }) => [entity.id, row]);
    expect(rows(1)).toEqual(rows(1));
    expect(rows(1)).not.toEqual(rows(2));
  });

  it('is on both sides for the most part, dirty on one, and twice in places', () => {
    const { a, b } = makeSides(2000, 1);
    const ofA = new Set(a.map(({ entity }) => entity.id));
    const ofB = new Set(b.map(({ entity }) => entity.id));
    const shared = [...ofA].filter((id) => ofB.has(id)).length;
    expect(shared / ofA.size).toBeGreaterThan(0.8);
    expect(b.length).toBeGreaterThan(ofB.size);
    const asItIs = b.filter(
      ({ entity, row }) => row.name === entity.name && row.phone === entity.phone,
    ).length;
    expect(asItIs / b.length).toBeLessThan(0.5);
  });
});
