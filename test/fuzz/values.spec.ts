import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { arrayText, parseArrayText } from '../../src/core/canon/array-text.js';
import { canonise, decode, encode } from '../../src/core/canon/codec.js';
import {
  canonicalDate,
  canonicalDateTime,
  canonicalTime,
  chronologicalKey,
} from '../../src/core/canon/date.js';
import {
  addDecimal,
  canonicalDecimal,
  compareDecimal,
  nearestMultiple,
  padScale,
  subtractDecimal,
} from '../../src/core/canon/decimal.js';
import { jsonbText, parseJsonText } from '../../src/core/canon/json-text.js';
import { parseJson } from '../../src/core/canon/parse-json.js';
import { CanonError } from '../../src/core/errors.js';
import { comparison } from '../../src/core/mapping/compare.js';
import { merge, MERGE_TYPES } from '../../src/core/merge/merge.js';
import type { MergeKind } from '../../src/core/plan.js';
import { isBlank, stableStringify, type Canon, type FieldType, type Json } from '../../src/core/value.js';
import { prototypesStayClean } from '../support/fuzz/prototypes.js';
import { patience, runs } from '../support/fuzz/runs.js';
import { canonOf, FIELD_TYPES, rawText } from '../support/fuzz/typed.js';
import { anyJson } from '../support/fuzz/values.js';

const type = fc.constantFrom(...FIELD_TYPES);
const typed = type.chain((of) => fc.record({ of: fc.constant(of), raw: rawText(of) }));

/** The value, or `undefined` after a refusal that names the field and says what was expected. */
function read(
  of: FieldType,
  raw: Json,
  by: (of: FieldType, raw: Json, field: string) => Canon = decode,
): Canon | undefined {
  try {
    return by(of, raw, 'the_field');
  } catch (error) {
    expect(error).toBeInstanceOf(CanonError);
    const { field, expected, found } = error as CanonError;
    expect({ field, expected: expected !== '', found: found.length <= 42 }).toEqual({
      field: 'the_field',
      expected: true,
      found: true,
    });
    return undefined;
  }
}

prototypesStayClean();

describe('a value from a side', () => {
  /** It is written as text, read back as itself, and survives being stored as JSON. */
  const isKept = (of: FieldType, canon: Canon): void => {
    const raw = encode(of, canon);
    expect(raw === null || typeof raw === 'string').toBe(true);
    expect(decode(of, raw, 'f')).toEqual(canon);
    expect(parseJson(JSON.stringify(canon))).toEqual(canon);
    expect(encode(of, decode(of, raw, 'f'))).toEqual(raw);
  };

  it(
    'is kept exactly or refused by name, whatever its text',
    () => {
      fc.assert(
        fc.property(typed, ({ of, raw }) => {
          const canon = read(of, raw);
          if (canon !== undefined) isKept(of, canon);
        }),
        runs(2_000),
      );
    },
    patience(3),
  );

  it(
    'is kept exactly or refused by name, whatever JSON it is',
    () => {
      fc.assert(
        fc.property(type, anyJson, (of, raw) => {
          const canon = read(of, raw);
          if (canon !== undefined) isKept(of, canon);
        }),
        runs(1_000),
      );
    },
    patience(2),
  );

  it(
    'is storable once a person has typed it',
    () => {
      fc.assert(
        fc.property(type, anyJson, (of, raw) => {
          const canon = read(of, raw, canonise);
          if (canon === undefined) return;
          const text = JSON.stringify(canon);
          expect(/\\u0000|\\ud[89a-f]/i.test(text.replaceAll('\\\\', ''))).toBe(false);
        }),
        runs(500),
      );
    },
    patience(1),
  );

  it(
    'is equal to another exactly when their keys are equal, however it is compared',
    () => {
      const normalize = fc.subarray([
        'trim',
        'lowercase',
        'digits',
        'unicode-nfc',
        'collapse-space',
        'date-only',
      ] as const);
      const compare = fc.oneof(
        fc.constant({}),
        normalize.map((names) => ({ normalize: names })),
        fc.constantFrom(0, 0.01, 1, 1e-9, 1e9).map((tolerance) => ({ tolerance })),
      );
      const two = type.chain((of) => fc.record({ of: fc.constant(of), x: canonOf(of), y: canonOf(of) }));
      fc.assert(
        fc.property(two, compare, ({ of, x, y }, how) => {
          const { key, equal } = comparison(of, how);
          expect(equal(x, y)).toBe(key(x) === key(y));
          expect(equal(x, x)).toBe(true);
          expect(equal(x, y)).toBe(equal(y, x));
        }),
        runs(1_000),
      );
    },
    patience(2),
  );
});

describe('a merge', () => {
  const kind = fc.constantFrom<MergeKind>('set', 'counter', 'text', 'json', 'min', 'max');
  const input = kind.chain((how) =>
    fc.constantFrom(...MERGE_TYPES[how]).chain((of) =>
      fc.record({
        how: fc.constant(how),
        of: fc.constant(of),
        base: canonOf(of),
        a: canonOf(of),
        b: canonOf(of),
      }),
    ),
  );

  it(
    'gives a value of the type or says why not, and alters nothing that only one side changed',
    () => {
      fc.assert(
        fc.property(input, ({ how, of, base, a, b }) => {
          const both = merge(how, of, undefined, base, [
            { base, value: a },
            { base, value: b },
          ]);
          if (both.ok) expect(decode(of, encode(of, both.value), 'f')).toEqual(both.value);
          else expect(both.reason).toMatch(/^[a-z-]+/);
          const one = merge(how, of, undefined, base, [{ base, value: a }]);
          const blanks = isBlank(a) || isBlank(base);
          if (one.ok && !blanks && how !== 'min' && how !== 'max' && of !== 'float')
            expect(one.value).toEqual(a);
        }),
        runs(1_500),
      );
    },
    patience(3),
  );
});

describe('the text of', () => {
  it(
    'an array is read as what it would be printed from, or refused',
    () => {
      fc.assert(
        fc.property(rawText('list'), (text) => {
          let elements;
          try {
            elements = parseArrayText(text);
          } catch (error) {
            expect(error).toBeInstanceOf(SyntaxError);
            return;
          }
          expect(parseArrayText(arrayText(elements))).toEqual(elements);
        }),
        runs(1_500),
      );
    },
    patience(2),
  );

  it(
    'JSON is read as JavaScript reads it, but for what it cannot hold',
    () => {
      fc.assert(
        fc.property(rawText('json'), (text) => {
          const result = parseJsonText(text);
          if ('fault' in result) {
            if (result.fault === 'not-json') expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
            return;
          }
          expect(stableStringify(result.value)).toBe(stableStringify(parseJson(text)));
          expect(parseJsonText(jsonbText(result.value))).toEqual(result);
          expect(stableStringify(parseJson(jsonbText(result.value)))).toBe(stableStringify(result.value));
        }),
        runs(1_500),
      );
    },
    patience(2),
  );

  it(
    'a decimal has one shortest form, and sums are exact',
    () => {
      fc.assert(
        fc.property(rawText('decimal'), rawText('decimal'), fc.nat({ max: 30 }), (x, y, scale) => {
          const [a, b] = [canonicalDecimal(x), canonicalDecimal(y)];
          if (a === null || b === null) return;
          expect(canonicalDecimal(a)).toBe(a);
          expect(canonicalDecimal(padScale(a, scale))).toBe(a);
          expect(subtractDecimal(addDecimal(a, b), b)).toBe(a);
          expect(Math.sign(compareDecimal(a, b)) + Math.sign(compareDecimal(b, a))).toBe(0);
          expect(compareDecimal(a, b) === 0).toBe(a === b);
          expect(compareDecimal(addDecimal(a, '1'), a)).toBeGreaterThan(0);
          expect(nearestMultiple(a, '0.01')).toMatch(/^(?:0|-?[1-9]\d*)$/);
        }),
        runs(1_000),
      );
    },
    patience(2),
  );

  it(
    'a date or time has one form, and the order of keys is the order in time',
    () => {
      const kind = fc.constantFrom('date', 'datetime', 'localdatetime', 'time');
      const pair = kind.chain((of) => fc.record({ of: fc.constant(of), x: rawText(of), y: rawText(of) }));
      const canonical = (of: FieldType, text: string): string | null => {
        if (of === 'date') return canonicalDate(text);
        if (of === 'time') return canonicalTime(text);
        const result = canonicalDateTime(text, of === 'datetime');
        return 'text' in result ? result.text : null;
      };
      fc.assert(
        fc.property(pair, ({ of, x, y }) => {
          const [a, b] = [canonical(of, x), canonical(of, y)];
          if (a !== null) expect(canonical(of, a)).toBe(a);
          if (a === null || b === null || of === 'time' || (a + b).includes('infinity')) return;
          const utc = (text: string): number => Date.parse(of === 'localdatetime' ? `${text}Z` : text);
          if (utc(a) !== utc(b)) expect(chronologicalKey(a) < chronologicalKey(b)).toBe(utc(a) < utc(b));
          expect(chronologicalKey(a) === chronologicalKey(b)).toBe(a === b);
        }),
        runs(1_000),
      );
    },
    patience(2),
  );
});
