import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  addDecimal,
  canonicalDecimal,
  compareDecimal,
  nearestMultiple,
  padScale,
  subtractDecimal,
} from '../../../src/core/canon/decimal.js';

/** A number as (digits, scale): the oracle works on big integers alone. */
const number = fc.tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.integer({ min: 0, max: 12 }));
const text = ([digits, scale]: readonly [bigint, number]): string =>
  canonicalDecimal(`${String(digits)}e-${String(scale)}`) ?? '';
const at12 = ([digits, scale]: readonly [bigint, number]): bigint => digits * 10n ** BigInt(12 - scale);

describe('exact decimals', () => {
  it('agree with integers of the same scale', () => {
    fc.assert(
      fc.property(number, number, (x, y) => {
        expect(addDecimal(text(x), text(y))).toBe(text([at12(x) + at12(y), 12]));
        expect(subtractDecimal(text(x), text(y))).toBe(text([at12(x) - at12(y), 12]));
        expect(Math.sign(compareDecimal(text(x), text(y)))).toBe(
          at12(x) < at12(y) ? -1 : at12(x) > at12(y) ? 1 : 0,
        );
      }),
    );
  });

  it('know sums that binary fractions do not', () => {
    expect(addDecimal('0.1', '0.2')).toBe('0.3');
    expect(subtractDecimal('1', '1')).toBe('0');
    expect(subtractDecimal('0', '0.000001')).toBe('-0.000001');
  });

  it.each([
    ['1.004', '0.01', '100'],
    ['1.005', '0.01', '101'],
    ['-1.005', '0.01', '-100'],
    ['-1.006', '0.01', '-101'],
    ['7', '5', '1'],
    ['7.5', '5', '2'],
    ['-7.5', '5', '-1'],
    ['0', '5', '0'],
  ])('%s lies nearest to a multiple of %s numbered %s', (x, step, expected) => {
    expect(nearestMultiple(x, step)).toBe(expected);
  });

  it('pad to a column’s scale without ever cutting', () => {
    expect(padScale('1.5', 2)).toBe('1.50');
    expect(padScale('-3', 2)).toBe('-3.00');
    expect(padScale('1.2345', 2)).toBe('1.2345');
    expect(padScale('1', 0)).toBe('1');
  });
});
