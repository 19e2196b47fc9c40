import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonise, decode, encode } from '../../../src/core/canon/codec.js';
import { CanonError } from '../../../src/core/errors.js';
import type { Canon, FieldType, Json, Raw } from '../../../src/core/value.js';

const accepted: readonly [FieldType, Raw, Canon][] = [
  ['text', 'a', 'a'],
  ['text', '', ''],
  ['text', 12, '12'],
  ['integer', '0012', '12'],
  ['integer', '-0', '0'],
  ['integer', '+7', '7'],
  ['integer', '12.00', '12'],
  ['integer', 9007199254740991, '9007199254740991'],
  ['integer', '123456789012345678901234567890', '123456789012345678901234567890'],
  ['decimal', '1.50', '1.5'],
  ['decimal', '.5', '0.5'],
  ['decimal', '-0.00', '0'],
  ['decimal', '1e3', '1000'],
  ['decimal', '1.5e-7', '0.00000015'],
  ['decimal', 0.1, '0.1'],
  ['decimal', 1e21, '1000000000000000000000'],
  ['decimal', '0.1000000000000000055511151231257827', '0.1000000000000000055511151231257827'],
  ['float', '1e+20', 1e20],
  ['float', 'NaN', 'NaN'],
  ['float', '-Infinity', '-Infinity'],
  ['float', '-0', 0],
  ['boolean', 't', true],
  ['boolean', 'false', false],
  ['boolean', true, true],
  ['date', '2024-02-29', '2024-02-29'],
  ['date', 'infinity', 'infinity'],
  ['datetime', '2024-01-02 03:04:05+00', '2024-01-02T03:04:05Z'],
  ['datetime', '2024-01-02 03:04:05.120000+00', '2024-01-02T03:04:05.12Z'],
  ['datetime', '2024-01-01T00:30:00.000001+01:00', '2023-12-31T23:30:00.000001Z'],
  ['datetime', '2024-12-31 22:00:00-05:30', '2025-01-01T03:30:00Z'],
  ['datetime', '2024-01-02T03:04:05.5Z', '2024-01-02T03:04:05.5Z'],
  ['datetime', '1890-01-01 00:53:28+00:53:28', '1890-01-01T00:00:00Z'],
  ['localdatetime', '2024-01-02 03:04:05.10', '2024-01-02T03:04:05.1'],
  ['time', '10:00', '10:00:00'],
  ['time', '10:00:00.500', '10:00:00.5'],
  ['time', '24:00:00', '24:00:00'],
  ['uuid', '{A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11}', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
  ['bytes', '\\x00FF', '00ff'],
  ['set', '{b,a,b}', ['a', 'b']],
  ['set', ['b', 'a', 3], ['3', 'a', 'b']],
  ['set', '{}', []],
  ['list', '{b,NULL,"NULL","a b","q\\"\\\\"}', ['b', null, 'NULL', 'a b', 'q"\\']],
  [
    'list',
    '{{1,2},{3,4}}',
    [
      ['1', '2'],
      ['3', '4'],
    ],
  ],
  ['list', '[0:1]={a,b}', ['a', 'b']],
  ['list', [1, true, null, ['x', -0.5]], ['1', 'true', null, ['x', '-0.5']]],
  ['list', '{{{{{{a}}}}}}', [[[[[['a']]]]]]],
  ['json', '{"b": 1, "a": [1.10, -0]}', { a: [1.1, 0], b: 1 }],
  ['json', '1e2', 100],
  ['json', { b: 1, a: null }, { a: null, b: 1 }],
];

const refused: readonly [FieldType, Raw, string][] = [
  ['text', { a: 1 }, 'text'],
  ['integer', 'twelve', 'a whole number'],
  ['integer', '1.5', 'a whole number'],
  ['integer', '', 'a whole number'],
  ['integer', 9007199254740992, 'a whole number'],
  ['decimal', 'NaN', 'a decimal number'],
  ['decimal', '1,5', 'a decimal number'],
  ['decimal', '.', 'a decimal number'],
  ['decimal', '1e99999', 'a decimal number'],
  ['float', '0x10', 'a number'],
  ['float', '1e999', 'a number'],
  ['boolean', 'yes', 'true or false'],
  ['boolean', 1, 'true or false'],
  ['date', '2023-02-29', 'a date'],
  ['date', '0001-01-01 BC', 'a date'],
  ['date', '2024-01-01 00:00:00', 'a date'],
  ['datetime', '2024-01-02 03:04:05', 'offset'],
  ['datetime', '2024-02-30T00:00:00Z', 'date and time'],
  ['datetime', '2024-01-02T24:00:00Z', 'date and time'],
  ['datetime', '2024-01-02T03:04:05.1234567Z', 'microsecond'],
  ['datetime', '0001-01-01T00:00:00+01', 'years 0001 to 9999'],
  ['localdatetime', '2024-01-02 03:04:05+00', 'without an offset'],
  ['time', '25:00', 'time of day'],
  ['uuid', 'a0eebc99', 'UUID'],
  ['bytes', '\\x0', 'hexadecimal'],
  ['set', '{a,NULL}', 'without NULL'],
  ['set', '{{a}}', 'list of texts'],
  ['list', '{"abc}', 'a list'],
  ['list', '{a}{b}', 'a list'],
  ['list', '{a,}', 'a list'],
  ['list', '{,a}', 'a list'],
  ['list', '{{a}', 'a list'],
  ['list', '{"a"b}', 'a list'],
  ['list', '{{{{{{{{{{}}}}}}}}}}', 'a list'],
  ['list', '{{{{{{{a}}}}}}}', 'a list'],
  ['list', [[[[[[['a']]]]]]], 'a list of texts'],
  ['list', [{ a: 1 }], 'a list of texts'],
  ['decimal', '1e20000', 'a decimal number'],
  ['decimal', '1e-20000', 'a decimal number'],
  ['json', '{', 'JSON'],
  ['json', '{"n": 12345678901234567890}', 'double'],
  ['json', '{"n": 1e400}', 'double'],
];

describe('decode', () => {
  it.each(accepted)('reads %s %j as %j', (type, raw, canon) => {
    expect(decode(type, raw, 'f')).toEqual(canon);
  });

  it.each(refused)('refuses %s %j, naming the field and expecting %s', (type, raw, expected) => {
    let thrown: unknown;
    try {
      decode(type, raw, 'amount');
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(CanonError);
    expect(thrown).toMatchObject({ field: 'amount', expected: expect.stringContaining(expected) });
    expect((thrown as CanonError).found.length).toBeLessThanOrEqual(40);
  });

  it('reads null and absence as blank for every type', () => {
    for (const [type] of accepted) {
      expect(decode(type, null, 'f')).toBeNull();
      expect(decode(type, undefined, 'f')).toBeNull();
      expect(encode(type, null)).toBeNull();
    }
  });

  it('refuses JSON that is nested too deep to be walked', () => {
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    expect(() => decode('json', deep, 'f')).toThrow(/nested at most 200 deep/);
    expect(() => decode('json', JSON.parse(deep) as Json, 'f')).toThrow(CanonError);
  });

  it('keeps keys that would poison a prototype', () => {
    const value = decode('json', '{"__proto__": {"x": 1}, "a": 2}', 'f') as Record<string, Json>;
    expect(Object.keys(value).sort()).toEqual(['__proto__', 'a']);
    expect(encode('json', value)).toBe('{"a": 2, "__proto__": {"x": 1}}');
  });

  it('reads a large array with many quotes in linear time', () => {
    const text = `{${Array.from({ length: 200_000 }, (_, i) => `"a ${String(i)}"`).join(',')}}`;
    const started = performance.now();
    expect(decode('list', text, 'f')).toHaveLength(200_000);
    expect(performance.now() - started).toBeLessThan(3_000);
  });
});

describe('encode', () => {
  // What PostgreSQL 18 prints under ISO dates in UTC: reading and writing it back changes no letter.
  const printed: readonly [FieldType, string][] = [
    ['text', ' a\tb '],
    ['integer', '-12'],
    ['decimal', '-0.001'],
    ['float', '1e+15'],
    ['float', '123456789012345'],
    ['float', '0.0001'],
    ['float', '1e-05'],
    ['float', '1.2345e-300'],
    ['float', 'NaN'],
    ['boolean', 'true'],
    ['date', '0044-03-15'],
    ['datetime', '2024-01-02 03:04:05.123456+00'],
    ['datetime', 'infinity'],
    ['localdatetime', '2024-01-02 03:04:05'],
    ['time', '03:04:05.5'],
    ['interval', '1 year 2 mons -3 days'],
    ['uuid', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
    ['bytes', '\\xdeadbeef'],
    ['set', '{"",NULLS,"a b","null",é}'],
    ['list', '{NULL,"NULL","a,b","{x}","\\\\","\\""}'],
    ['json', '{"b": [1, 2.5, null], "aa": {"x": "é\\n"}, "ab": true}'],
  ];
  it.each(printed)('writes %s %s back letter for letter', (type, raw) => {
    expect(encode(type, decode(type, raw, 'f'))).toBe(raw);
  });
});

describe('round trips', () => {
  const integer = fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }).map(String);
  const decimal = fc
    .tuple(fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }), fc.integer({ min: 0, max: 30 }))
    .map(([digits, scale]) => `${String(digits)}e-${String(scale)}`);
  const instant = fc
    .date({
      min: new Date('0002-01-01T00:00:00Z'),
      max: new Date('9998-12-31T00:00:00Z'),
      noInvalidDate: true,
    })
    .map((date) => date.toISOString());
  const element: fc.Arbitrary<string | null> = fc.option(fc.string({ unit: 'grapheme' }), { nil: null });
  const raws: readonly [FieldType, fc.Arbitrary<Raw>][] = [
    ['text', fc.string({ unit: 'grapheme' })],
    ['integer', integer],
    ['decimal', decimal],
    ['float', fc.double({ noNaN: true, noDefaultInfinity: true }).map(String)],
    ['datetime', instant],
    ['localdatetime', instant.map((text) => text.slice(0, -1))],
    ['date', instant.map((text) => text.slice(0, 10))],
    ['set', fc.array(fc.string({ unit: 'grapheme' }))],
    ['list', fc.array(element)],
    ['list', fc.array(fc.array(element, { minLength: 1 }), { minLength: 1 })],
    ['json', fc.jsonValue() as fc.Arbitrary<Raw>],
  ];

  it.each(raws)('decode(encode(c)) is c for %s', (type, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, (raw) => {
        // A JSON string raw of type json is JSON text, not a string value.
        const canon = decode(type, type === 'json' ? JSON.stringify(raw) : raw, 'f');
        expect(decode(type, encode(type, canon), 'f')).toEqual(canon);
        expect(decode(type, encode(type, canon), 'f')).toEqual(
          decode(type, encode(type, decode(type, encode(type, canon), 'f')), 'f'),
        );
      }),
    );
  });

  it('any text is read or refused with a CanonError, whatever the type', () => {
    const types: FieldType[] = [
      'integer',
      'decimal',
      'float',
      'boolean',
      'date',
      'datetime',
      'localdatetime',
      'time',
      'uuid',
      'set',
      'list',
      'json',
      'bytes',
    ];
    const text = fc.oneof(
      fc.string(),
      fc.string({
        unit: fc.constantFrom(
          '{',
          '}',
          '"',
          '\\',
          ',',
          'a',
          ' ',
          '[',
          ']',
          '=',
          '1',
          '.',
          '-',
          'e',
          ':',
          'T',
          'Z',
        ),
      }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...types), text, (type, raw) => {
        try {
          const canon = decode(type, raw, 'f');
          expect(decode(type, encode(type, canon), 'f')).toEqual(canon);
        } catch (error) {
          expect(error).toBeInstanceOf(CanonError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('canonise', () => {
  it('refuses text that no database stores, wherever it hides', () => {
    for (const [type, value] of [
      ['text', 'a\0b'],
      ['text', '\ud800'],
      ['set', ['ok', '\udc00x']],
      ['json', { a: [{ 'k\0': 1 }] }],
      ['json', { a: ['\ud800'] }],
      ['json', { '\ud83d': 1, '\ude00': 2 }],
    ] as const) {
      expect(() => canonise(type, value, 'f')).toThrow(CanonError);
    }
    expect(canonise('text', '👍 é', 'f')).toBe('👍 é');
  });
});
