import fc from 'fast-check';
import { decode } from '../../../src/core/canon/codec.js';
import { CanonError } from '../../../src/core/errors.js';
import type { Canon, FieldType } from '../../../src/core/value.js';
import { anyText, mutated } from './texts.js';
import { anyJson } from './values.js';

/** Texts as sides print them, some at the edge of what is possible. */
const PRINTED: Readonly<Record<FieldType, readonly string[]>> = {
  text: ['', ' a\tb ', 'İstanbul', 'a\r\nb'],
  enum: ['open', 'in progress'],
  interval: ['1 year 2 mons -3 days', '04:05:06.789', '-00:00:00.000001'],
  integer: ['0', '-12', '9223372036854775807', '123456789012345678901234567890', '1e20'],
  decimal: [
    '0.00',
    '-7.250',
    '1e-7',
    '1e400',
    '1e-400',
    '12345678901234567890.000000000000000001',
    '.5',
    '5.',
  ],
  float: ['1e+20', '-0', 'NaN', '-Infinity', '1.7976931348623157e+308', '5e-324', '0.1'],
  boolean: ['t', 'f', 'true', 'false'],
  date: ['2024-02-29', '0001-01-01', '9999-12-31', 'infinity', '0044-03-15 BC', '10000-01-01'],
  datetime: [
    '2024-01-02 03:04:05+00',
    '2024-01-01T00:30:00.000001+01:00',
    '0001-01-01 00:00:00-15:59:59',
    '9999-12-31 23:59:59.999999+00',
    '-infinity',
    '1890-01-01 00:53:28+00:53:28',
  ],
  localdatetime: ['2024-01-02 03:04:05.10', '0001-01-01T00:00:00', '9999-12-31 23:59:59.999999', 'infinity'],
  time: ['24:00:00', '10:00', '10:00:00.500', '23:59:59.999999+15:59:59', '00:00:00Z'],
  uuid: ['{A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11}', 'a0eebc999c0b4ef8bb6d6bb9bd380a11'],
  bytes: ['\\x', '\\x00FF', 'deadbeef'],
  set: ['{}', '{a,b}', '{"a b","",NULL,"NULL"}'],
  list: [
    '{b,NULL,"NULL","a b","q\\"\\\\"}',
    '{{1,2},{3,4}}',
    '[0:1]={a,b}',
    '{{{{{{a}}}}}}',
    '[-1:0][2:3]={{a,b},{c,d}}',
  ],
  json: [
    '{"b": 1, "a": [1.10, -0, null, "\\u0000\\ud800"]}',
    '{"__proto__": {"x": 1}, "constructor": {"prototype": {}}}',
    '1e2',
    '"x"',
    'null',
    '[12345678901234567890]',
    '{"a": 1, "a": 2}',
  ],
};

export const FIELD_TYPES = Object.keys(PRINTED) as FieldType[];

/** A text that a side might give for a column of this type, or nearly. */
export function rawText(type: FieldType): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 3, arbitrary: mutated(PRINTED[type], 3) },
    { weight: 1, arbitrary: anyText },
    printed(type),
  );
}

/** A canonical value of the type, or blank. */
export function canonOf(type: FieldType): fc.Arbitrary<Canon> {
  const raw = fc.oneof(
    rawText(type),
    type === 'json' ? anyJson.map((value) => JSON.stringify(value)) : rawText(type),
  );
  return raw.map((text) => {
    try {
      return decode(type, text, 'f');
    } catch (error) {
      if (error instanceof CanonError) return null;
      throw error;
    }
  });
}

/** Texts that are mostly right. */
function printed(type: FieldType): fc.Arbitrary<string> {
  const instant = fc.date({
    min: new Date(-62_135_596_800_000),
    max: new Date(253_402_300_799_999),
    noInvalidDate: true,
  });
  const iso = instant.map((date) => date.toISOString());
  const digits = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }).map(String);
  switch (type) {
    case 'integer':
      return digits;
    case 'decimal':
      return fc.tuple(digits, fc.integer({ min: -40, max: 40 })).map(([n, e]) => `${n}e${String(e)}`);
    case 'float':
      return fc.double().map(String);
    case 'date':
      return iso.map((text) => text.slice(0, 10));
    case 'datetime':
      return fc
        .tuple(iso, fc.constantFrom('Z', '+00', '-05:30', '+14', '+00:53:28'))
        .map(([t, z]) => t.slice(0, -1) + z);
    case 'localdatetime':
      return iso.map((text) => text.slice(0, -1).replace('T', ' '));
    case 'time':
      return iso.map((text) => text.slice(11, 23));
    case 'uuid':
      return fc.uuid();
    case 'bytes':
      return fc.uint8Array({ maxLength: 20 }).map((bytes) => `\\x${Buffer.from(bytes).toString('hex')}`);
    case 'set':
    case 'list':
      return fc
        .array(anyText, { maxLength: 4 })
        .map((texts) => `{${texts.map((text) => JSON.stringify(text)).join(',')}}`);
    case 'json':
      return anyJson.map((value) => JSON.stringify(value));
    default:
      return anyText;
  }
}
