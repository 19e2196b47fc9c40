import { describe, expect, it } from '@jest/globals';
import { ExpressionError } from '../../../src/core/errors.js';
import { fromExpression, toExpression } from '../../../src/core/expression/cel-value.js';
import { parseExpression } from '../../../src/core/expression/expression.js';

const run = (text: string, value: unknown = null): unknown => parseExpression(text, ['value']).run({ value });

function fault(action: () => unknown): ExpressionError {
  try {
    action();
  } catch (error) {
    if (error instanceof ExpressionError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

const results: readonly [text: string, value: unknown, result: unknown][] = [
  ['trim(value)', '  a b ', 'a b'],
  ['lower(value)', 'ÄB', 'äb'],
  ['upper(value)', 'straße', 'STRASSE'],
  ['digits(value)', '+49 (30) 12-3', '4930123'],
  ['collapseSpace(value)', ' a \n b ', 'a b'],
  ['split(value, ";")', 'b; a;;', ['b', 'a']],
  ['join(value, ", ")', ['b', 'a'], 'b, a'],
  ['join(sort(value), "")', ['b', 'a'], 'ab'],
  ['replace(value, ".", "")', '1.2.3', '123'],
  ['substring(value, 2)', 'abcd', 'cd'],
  ['substring(value, 0, 99)', 'abcd', 'abcd'],
  ['padStart(value, 5, "0")', '123', '00123'],
  ['like(value, "+4930*")', '+493012', true],
  ['like(value, "a?c*e")', 'abcdde', true],
  ['like(value, "a?c")', 'abcd', false],
  ['like(value, "*")', '', true],
  ['map(value, {"G": "gold"})', 'G', 'gold'],
  ['map(value, {"G": "gold"}, "other")', 'X', 'other'],
  ['map(value, {1: "one"})', 1n, 'one'],
  ['unmap(value, {"G": "gold"})', 'gold', 'G'],
  ['coalesce(value, "x")', null, 'x'],
  ['coalesce(value, null, "y")', '', 'y'],
  ['concat(value, "-", 1, true)', 'a', 'a-1true'],
  ['concat(value, "-")', null, '-'],
  ['phone.toE164(value, "DE")', '030 12345678', '+493012345678'],
  ['phone.toE164(value)', '+49 (30) 1234 5678', '+493012345678'],
  ['phone.toE164(value, "US")', '(201) 555-0123 ext. 7', '+12015550123;ext=7'],
  ['phone.toE164(value)', '+12015550123;ext=7', '+12015550123;ext=7'],
  ['phone.format(value, "national")', '+493012345678', '030 12345678'],
  ['phone.format(value, "international", "DE")', '030 12345678', '+49 30 12345678'],
  ['date.parse(value, "dd.MM.yyyy")', '29.02.2024', '2024-02-29'],
  ['date.format(value, "d MMM yyyy")', '2024-02-09', '9 Feb 2024'],
  ['instant.parse(value, "yyyy-MM-dd HH:mm", "Europe/Berlin")', '2024-07-01 12:00', '2024-07-01T10:00:00Z'],
  [
    'instant.format(value, "yyyy-MM-dd HH:mm ZZ", "Europe/Berlin")',
    '2024-01-01T10:00:00Z',
    '2024-01-01 11:00 +01:00',
  ],
  ['instant.toLocal(value, "America/New_York")', '2024-07-01T10:00:00.123456Z', '2024-07-01T06:00:00.123456'],
  [
    'instant.fromLocal(value, "America/New_York")',
    '2024-07-01T06:00:00.123456',
    '2024-07-01T10:00:00.123456Z',
  ],
  ['number.parse(value, "comma")', '1.234.567,50', '1234567.5'],
  ['number.parse(value, "point")', '-1,234.5', '-1234.5'],
  ['number.format(value, 2, "comma")', 1234.5, '1234,50'],
  ['number.format(value, 0, "point")', '0.5', '1'],
  ['number.format(value, 2, "point")', '12345678901234567890.125', '12345678901234567890.13'],
  ['round(value, 2)', 1.005, 1.01],
  ['country.toIso2(value)', ' germany', 'DE'],
  ['country.toIso2(value)', 'usa', 'US'],
  ['country.toIso2(value)', 'de', 'DE'],
  ['country.toIso2(value, "de")', 'Österreich', 'AT'],
  ['country.name(value)', 'FR', 'France'],
  ['country.name(value, "de")', 'FR', 'Frankreich'],
  ['value == "x" ? 1 : 2', 'x', 1n],
  ['value > 1', 1.5, true],
  ['value.exists(x, x == "b")', ['a', 'b'], true],
  ['value.map(x, upper(x))', ['a'], ['A']],
  ['value.street', { street: 's' }, 's'],
  ['duration("90m") < duration("2h")', null, true],
];

const failures: readonly [text: string, value: unknown, message: RegExp][] = [
  ['map(value, {"G": "gold"})', 'X', /no such value/],
  ['unmap(value, {"G": "gold"})', 'tin', /no such value/],
  ['join(value, ";")', ['a;b'], /separator/],
  ['split(value, "")', 'a', /separator is empty/],
  ['phone.toE164(value, "DE")', 'call me', /not a phone number/],
  ['phone.toE164(value)', '030 12345678', /not a phone number/],
  ['phone.toE164(value, "XX")', '1', /region/],
  ['phone.format(value, "fancy")', '+493012345678', /style/],
  ['date.parse(value, "dd.MM.yyyy")', '2024-02-29', /not of the pattern/],
  ['date.parse(value, "dd.MM.yyyy")', '30.02.2024', /not of the pattern/],
  ['date.parse(value, "dd.MM.")', '30.01.', /year, month and day/],
  ['date.parse(value, "HH:mm \'y M d\'")', '10:00 y M d', /year, month and day/],
  ['instant.parse(value, "yyyy-MM-dd", "Mars/Base")', '2024-01-01', /not a time zone/],
  ['instant.fromLocal(value, "Europe/Berlin")', '2024-03-31T02:30:00', /does not exist/],
  ['number.parse(value, "comma")', '1,234.50', /decimal comma/],
  ['number.parse(value, "comma")', '12.34', /decimal comma/],
  ['number.parse(value, "dot")', '1', /"point" or "comma"/],
  ['number.format(value, 99, "point")', '1', /decimals must lie between/],
  ['country.toIso2(value)', 'Atlantis', /no country/],
  ['country.toIso2(value, "xx")', 'Atlantis', /language/],
  ['country.name(value)', 'XX', /not a country code/],
  ['lower(value)', null, /no matching overload/],
  ['value.nope', { a: 1 }, /No such key: nope/],
  ['padStart(value, 100000, "0")', 'a', /length must lie/],
  ['round(value, 2)', '1e400', /too large/],
  ['date.parse(value, "d.M.yyyy d")', '1.1.2024 1', /names a part twice/],
  [`date.parse(value, "yyyy-MM-dd${' '.repeat(200)}")`, '2024-01-01', /more than 200 characters/],
  ['date.parse(value, "dd.MM.yyyy")', '1'.repeat(1_000), /more than 200 characters/],
  ['split(value, ";")', 'a;'.repeat(10_001), /more than 10000 parts/],
  ['like("a", value)', '*'.repeat(201), /more than 200 characters/],
  ['join(split(value, ";").map(x, value), "")', 'a;'.repeat(2_000), /too long/],
  ['value.contains(value)', 'a'.repeat(100_000), /again and again/],
  ['replace("a", value, "")', 'a'.repeat(100_000), /again and again/],
  ['split(value, ";").exists(x, value.contains(x))', 'a;'.repeat(10_000), /again and again/],
];

describe('expressions', () => {
  it.each(results)('%s of %j is %j', (text, value, result) => {
    expect(run(text, value)).toEqual(result);
  });

  it.each(failures)('%s of %j fails, and says why', (text, value, message) => {
    const error = fault(() => run(text, value));
    expect(error.code).toBe('expression-failed');
    expect(error.message).toMatch(message);
  });

  it.each([
    ['trim(valu)', 'expression-invalid', 5],
    ['nope(value)', 'expression-invalid', 0],
    ['value ==', 'expression-invalid', 8],
    ['1 + "a"', 'expression-invalid', 0],
    ['lower(5)', 'expression-invalid', 0],
    ['{[].map(x, x + x + trim()): 1}', 'expression-invalid', null],
    ['value.matches("(a+)+$")', 'expression-limit', 0],
    ['value.lastIndexOf("a")', 'expression-limit', 0],
    ['duration(value)', 'expression-limit', 0],
    [`duration("${'1'.repeat(300)}")`, 'expression-limit', 0],
    ['bytes(value).json()', 'expression-limit', 0],
    ['cel.bind(x, value, x + x)', 'expression-limit', 0],
    ['value.all(x, value.all(y, x == y))', 'expression-limit', 13],
    [`${'('.repeat(40)}1${')'.repeat(40)}`, 'expression-limit', null],
    [`[${'1,'.repeat(500)}1]`, 'expression-limit', null],
    [`"${'a'.repeat(2001)}"`, 'expression-limit', null],
  ])('%s is refused as %s at %s', (text, code, position) => {
    const error = fault(() => parseExpression(text, ['value']));
    expect(error.code).toBe(code);
    if (position !== null) expect(error.position).toBe(position);
  });

  it('have no clock: nothing in the library tells the time', () => {
    for (const text of ['now()', 'timestamp()', 'date.today()', 'instant.now()'])
      expect(() => parseExpression(text, [])).toThrow(ExpressionError);
  });

  it('say what they read and call', () => {
    const { paths, calls, mentionsNull } = parseExpression(
      'record.plan.a == record["zip"].b || a.value.exists(x, x == lower(base)) ? null : base',
      ['a', 'base', 'record'],
    );
    expect(paths).toEqual([
      ['record', 'plan', 'a'],
      ['record', 'zip', 'b'],
      ['a', 'value'],
      ['base'],
      ['base'],
    ]);
    expect([...calls]).toEqual(expect.arrayContaining(['lower']));
    expect(mentionsNull).toBe(true);
  });

  it('are bounded in what they return', () => {
    expect(fault(() => run('replace(value, "a", "bbbbbbbbbb")', 'a'.repeat(500_000))).message).toMatch(
      /too long/,
    );
    const doubled = Array.from({ length: 30 }, () => 'value').join(' + ');
    expect(fault(() => fromExpression(run(doubled, 'a'.repeat(100_000)))).message).toMatch(/longer than/);
    expect(fault(() => toExpression('text', 'a'.repeat(1_000_001))).message).toMatch(/longer than/);
    expect(
      fault(() =>
        toExpression(
          'list',
          Array.from({ length: 10_001 }, () => 'a'),
        ),
      ).message,
    ).toMatch(/longer than/);
  });

  it('match wildcards in time that does not explode', () => {
    // Otherwise it does not end within the time that a test has.
    expect(run(`like(value, "${'*a'.repeat(50)}*b")`, 'a'.repeat(20_000))).toBe(false);
  });
});

describe('values in expressions', () => {
  it('are numbers where they are exact, and fail where they would be rounded', () => {
    expect(toExpression('integer', '9223372036854775807')).toBe(9223372036854775807n);
    expect(() => toExpression('integer', '9223372036854775808')).toThrow(/64 bits/);
    expect(toExpression('decimal', '0.1')).toBe(0.1);
    expect(() => toExpression('decimal', '0.1234567890123456789')).toThrow(/more digits/);
  });

  it('have members of any name', () => {
    const value = toExpression('json', { constructor: { name: 'a' }, list: [{ constructor: 1 }] });
    expect(run('value.constructor.name + value.list.map(x, string(x.constructor))[0]', value)).toBe('a1');
    expect(fromExpression(run('value', value))).toEqual({
      constructor: { name: 'a' },
      list: [{ constructor: 1 }],
    });
    expect(fault(() => run('value.constructor', toExpression('json', { a: 1 }))).message).toMatch(
      /No such key/,
    );
  });

  it('come back as raw values', () => {
    expect(fromExpression(5n)).toBe('5');
    expect(fromExpression(new Map<string, unknown>([['a', 1n]]))).toEqual({ a: 1 });
    expect(fromExpression(parseExpression('{"a": [1, null, "x"]}', []).run({}))).toEqual({
      a: [1, null, 'x'],
    });
    expect(fromExpression(parseExpression('timestamp("2024-01-01T00:00:00Z")', []).run({}))).toBe(
      '2024-01-01T00:00:00.000Z',
    );
    expect(() => fromExpression(parseExpression('b"a"', []).run({}))).toThrow(/neither text/);
    expect(fromExpression(Number.NaN)).toBe('NaN');
  });
});
