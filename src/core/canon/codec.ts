import { CanonError, shown } from '../errors.js';
import type { Canon, FieldType, Json, Raw } from '../value.js';
import { arrayText, MAX_DIMENSIONS, parseArrayText, type ArrayElement } from './array-text.js';
import {
  canonicalDate,
  canonicalDateTime,
  canonicalTime,
  postgresInstant,
  postgresLocal,
  type DateTimeFault,
} from './date.js';
import { canonicalDecimal } from './decimal.js';
import { canonicalFloat, floatText } from './float.js';
import { jsonbText, parseJsonText, sortedJson, type JsonFault } from './json-text.js';

/**
 * A side's value → canonical. `raw` is PostgreSQL's text form, or a JSON value as REST systems give them (numbers, booleans, arrays,
 * objects). `null` and absence are blank. Throws CanonError, naming `field` and what was expected, for a raw that cannot be of the
 * type or that cannot be kept exactly.
 */
export function decode(type: FieldType, raw: Raw | undefined, field: string): Canon {
  if (raw === null || raw === undefined) return null;
  switch (type) {
    case 'text':
    case 'enum':
    case 'interval':
      return typeof raw === 'string' ? raw : scalarText(raw, field);
    case 'integer':
      return decodeInteger(raw, field);
    case 'decimal':
      return decodeDecimal(raw, field);
    case 'float':
      return canonicalFloat(raw) ?? refuse(field, 'a number', raw);
    case 'boolean':
      return decodeBoolean(raw, field);
    case 'date':
      return canonicalDate(stringOf(raw)) ?? refuse(field, 'a date (YYYY-MM-DD, years 0001 to 9999)', raw);
    case 'datetime':
      return decodeDateTime(raw, true, field);
    case 'localdatetime':
      return decodeDateTime(raw, false, field);
    case 'time':
      return canonicalTime(stringOf(raw)) ?? refuse(field, 'a time of day (HH:MM:SS)', raw);
    case 'uuid':
      return decodeUuid(raw, field);
    case 'bytes':
      return decodeBytes(raw, field);
    case 'set':
      return decodeSet(raw, field);
    case 'list':
      return decodeList(raw, field);
    case 'json':
      return decodeJson(raw, field);
  }
}

/** Canonical → PostgreSQL's text form, in the server's own spelling, so that `encode(decode(raw))` is mostly `raw` itself. */
export function encode(type: FieldType, value: Canon): Raw {
  if (value === null) return null;
  switch (type) {
    case 'text':
    case 'enum':
    case 'interval':
    case 'integer':
    case 'decimal':
    case 'date':
    case 'time':
    case 'uuid':
      return value;
    case 'float':
      return floatText(value as number | string);
    case 'boolean':
      return value === true ? 'true' : 'false';
    case 'datetime':
      return postgresInstant(value as string);
    case 'localdatetime':
      return postgresLocal(value as string);
    case 'bytes':
      return `\\x${value as string}`;
    case 'set':
    case 'list':
      return arrayText(value as readonly ArrayElement[]);
    case 'json':
      return jsonbText(value);
  }
}

/** True where decode and encode are the identity on every text the server prints. */
export function isIdentity(type: FieldType): boolean {
  return type === 'text' || type === 'enum' || type === 'interval';
}

/**
 * A value from outside (typed by a person, sent by a program) → canonical, or CanonError. Accepts what `decode` accepts, and text
 * must be storable: no NUL, no lone surrogate.
 */
export function canonise(type: FieldType, value: Json, field: string): Canon {
  const canon = decode(type, value, field);
  if (!isStorable(canon))
    throw new CanonError('value-type', field, 'text without NUL and lone surrogates', shown(value));
  return canon;
}

function isStorable(value: Json): boolean {
  if (typeof value === 'string') return !value.includes('\0') && value.isWellFormed();
  if (value === null || typeof value !== 'object') return true;
  return Object.keys(value).every(isStorable) && Object.values<Json>(value).every(isStorable);
}

function refuse(field: string, expected: string, raw: Raw): never {
  throw new CanonError('value-type', field, expected, shown(raw));
}

function refuseInexact(field: string, expected: string, raw: Raw): never {
  throw new CanonError('value-inexact', field, expected, shown(raw));
}

/** For types whose raw is always text: anything else becomes a text that no pattern matches. */
function stringOf(raw: Raw): string {
  return typeof raw === 'string' ? raw : '';
}

function scalarText(raw: Raw, field: string): string {
  return typeof raw === 'number' || typeof raw === 'boolean' ? String(raw) : refuse(field, 'text', raw);
}

function numberText(raw: Raw): string {
  return typeof raw === 'number' ? String(raw) : stringOf(raw);
}

function decodeInteger(raw: Raw, field: string): Canon {
  if (typeof raw === 'number' && !Number.isSafeInteger(raw)) return refuse(field, 'a whole number', raw);
  const text = canonicalDecimal(numberText(raw));
  return text === null || text.includes('.') ? refuse(field, 'a whole number', raw) : text;
}

function decodeDecimal(raw: Raw, field: string): Canon {
  return canonicalDecimal(numberText(raw)) ?? refuse(field, 'a decimal number', raw);
}

function decodeBoolean(raw: Raw, field: string): Canon {
  if (raw === true || raw === 'true' || raw === 't') return true;
  if (raw === false || raw === 'false' || raw === 'f') return false;
  return refuse(field, 'true or false', raw);
}

const DATETIME_FAULTS: Readonly<Record<DateTimeFault, string>> = {
  'not-a-datetime': 'a date and time (YYYY-MM-DDTHH:MM:SS, years 0001 to 9999)',
  'offset-missing': 'an instant (a date and time with its offset from UTC)',
  'offset-unexpected': 'a local date and time (without an offset)',
  'too-precise': 'an instant no finer than a microsecond',
};

function decodeDateTime(raw: Raw, offset: boolean, field: string): Canon {
  const result = canonicalDateTime(stringOf(raw), offset);
  if ('text' in result) return result.text;
  const expected = DATETIME_FAULTS[result.fault];
  return result.fault === 'too-precise' ? refuseInexact(field, expected, raw) : refuse(field, expected, raw);
}

function decodeUuid(raw: Raw, field: string): Canon {
  const digits = stringOf(raw)
    .toLowerCase()
    .replace(/^\{|\}$|-/g, '');
  if (!/^[0-9a-f]{32}$/.test(digits)) return refuse(field, 'a UUID', raw);
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function decodeBytes(raw: Raw, field: string): Canon {
  const text = stringOf(raw);
  const hex = (text.startsWith('\\x') ? text.slice(2) : text).toLowerCase();
  if (typeof raw !== 'string' || hex.length % 2 !== 0 || /[^0-9a-f]/.test(hex))
    return refuse(field, 'bytes as hexadecimal', raw);
  return hex;
}

function elements(raw: Raw, field: string, expected: string): readonly Json[] {
  if (Array.isArray(raw)) return raw as readonly Json[];
  if (typeof raw !== 'string') return refuse(field, expected, raw);
  try {
    return parseArrayText(raw);
  } catch {
    return refuse(field, expected, raw);
  }
}

function decodeSet(raw: Raw, field: string): Canon {
  const expected = 'a list of texts without NULL';
  const members = elements(raw, field, expected).map((element) =>
    typeof element === 'string'
      ? element
      : typeof element === 'number' || typeof element === 'boolean'
        ? String(element)
        : refuse(field, expected, raw),
  );
  return [...new Set(members)].sort();
}

/** Elements are texts, as an array's text form has them; so numbers and booleans of JSON become theirs. */
function decodeList(raw: Raw, field: string): Canon {
  const expected = 'a list of texts';
  const member = (element: Json, dimension: number): Json => {
    if (element === null || typeof element === 'string') return element;
    if (typeof element !== 'object') return String(element);
    return Array.isArray(element) && dimension < MAX_DIMENSIONS
      ? element.map((inner: Json) => member(inner, dimension + 1))
      : refuse(field, expected, raw);
  };
  return elements(raw, field, expected).map((element) => member(element, 1));
}

const JSON_FAULTS: Readonly<Record<JsonFault, string>> = {
  'not-json': 'JSON',
  'too-deep': 'JSON nested at most 200 deep',
  'inexact-number': 'JSON whose numbers a double can hold exactly',
};

function decodeJson(raw: Raw, field: string): Canon {
  return jsonOrRefuse(typeof raw === 'string' ? parseJsonText(raw) : sortedJson(raw), field, raw);
}

function jsonOrRefuse(
  result: { readonly value: Json } | { readonly fault: JsonFault },
  field: string,
  raw: Raw,
): Canon {
  if ('value' in result) return result.value;
  const expected = JSON_FAULTS[result.fault];
  return result.fault === 'not-json' ? refuse(field, expected, raw) : refuseInexact(field, expected, raw);
}
