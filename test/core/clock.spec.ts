import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  ACTORS,
  concurrent,
  covers,
  displayClock,
  dotText,
  flatten,
  join,
  parseDot,
  parseVector,
  vectorText,
  withDot,
  type Clocked,
  type Dot,
  type VersionVector,
} from '../../src/core/clock.js';
import { entirelyAfter } from '../../src/core/stamp.js';

const dot: fc.Arbitrary<Dot> = fc.record({
  actor: fc.constantFrom(...ACTORS),
  n: fc.integer({ min: 1, max: 99 }),
});
const count = fc.nat({ max: 99 });
const vector: fc.Arbitrary<VersionVector> = fc.tuple(count, count, count, count);
const clocked: fc.Arbitrary<Clocked> = fc.record({ dot: fc.option(dot), ctx: vector });

describe('clocks', () => {
  it('dots and contexts are read as they were written', () => {
    fc.assert(
      fc.property(fc.option(dot), vector, (d, c) => {
        expect(parseDot(dotText(d))).toEqual(d);
        expect(parseVector(vectorText(c))).toEqual(c);
      }),
    );
  });

  it.each(['A', 'A0', 'A-1', 'Q1', 'A1.5', '1'])('%s is no dot', (text) => {
    expect(() => parseDot(text)).toThrow(RangeError);
  });

  it.each(['1.2.3.4.5', '-1', 'x', '1.5e3.x'])('%s is no context', (text) => {
    expect(() => parseVector(text)).toThrow(RangeError);
  });

  it('join is the least context that has seen both', () => {
    fc.assert(
      fc.property(vector, vector, vector, (x, y, z) => {
        expect(join(x, y)).toEqual(join(y, x));
        expect(join(x, join(y, z))).toEqual(join(join(x, y), z));
        expect(join(x, x)).toEqual(x);
      }),
    );
  });

  it('whoever sees a version has seen it and what it had seen', () => {
    fc.assert(
      fc.property(clocked, (version) => {
        expect(covers({ dot: null, ctx: flatten(version) }, version)).toBe(true);
        expect(join(flatten(version), version.ctx)).toEqual(flatten(version));
        expect(withDot(flatten(version), version.dot)).toEqual(flatten(version));
        expect(covers(version, version)).toBe(true);
        expect(concurrent(version, version)).toBe(false);
      }),
    );
  });

  it('an event is known by its number alone: a later number of the same actor does not stand for it', () => {
    const hidden: Clocked = { dot: { actor: 'A', n: 3 }, ctx: [0, 0, 0, 0] };
    const later: Clocked = { dot: { actor: 'A', n: 4 }, ctx: [2, 0, 0, 0] };
    expect(covers(later, hidden)).toBe(false);
  });

  it('shows one number per actor that has one', () => {
    expect(displayClock({ dot: { actor: 'H', n: 2 }, ctx: [3, 0, 1, 0] })).toEqual({ A: 3, hub: 2 });
    expect(displayClock({ dot: { actor: 'X', n: 1 }, ctx: [0, 4, 0, 0] })).toEqual({ B: 4, recovered: 1 });
    expect(displayClock({ dot: null, ctx: [0, 0, 0, 0] })).toEqual({});
  });
});

describe('times of edits', () => {
  it('one is later only when nothing of it can be earlier', () => {
    expect(entirelyAfter([11, 20], [1, 10], 0)).toBe(true);
    expect(entirelyAfter([10, 20], [1, 10], 0)).toBe(false);
    expect(entirelyAfter([20, 30], [1, 10], 10)).toBe(false);
    expect(entirelyAfter([21, 30], [1, 10], 10)).toBe(true);
  });

  it('two edits are never both later than the other', () => {
    const stamp = fc.tuple(count, count).map(([x, y]) => [Math.min(x, y), Math.max(x, y)] as const);
    fc.assert(
      fc.property(stamp, stamp, fc.nat({ max: 20 }), (x, y, skew) => {
        expect(entirelyAfter(x, y, skew) && entirelyAfter(y, x, skew)).toBe(false);
      }),
    );
  });
});
