import { canonicalDecimal } from '../canon/decimal.js';
import type { Canon, FieldType, Json, Raw } from '../value.js';
import { failed, LIMITS } from './bounds.js';

const MAX_INT = 2n ** 63n;

/**
 * Canonical value → the value an expression sees: integers are `int`, decimals and floats `double`, sets and lists lists, JSON
 * objects maps, everything else text. What would not survive (a decimal of 20 digits as a double) fails instead of being rounded.
 */
export function toExpression(type: FieldType, value: Canon): unknown {
  if (value === null) return null;
  switch (type) {
    case 'integer': {
      const n = BigInt(value as string);
      return n >= -MAX_INT && n < MAX_INT ? n : failed('the number does not fit 64 bits');
    }
    case 'decimal': {
      const n = Number(value);
      return canonicalDecimal(String(n)) === value
        ? n
        : failed('the number has more digits than an expression can calculate with');
    }
    case 'float':
      return typeof value === 'string' ? Number(value) : value;
    case 'json':
      return withMaps(checked(value));
    default:
      return checked(value);
  }
}

/** CEL takes an object with a member called `constructor` for an instance of a class that it does not know; a Map is always a map. */
function withMaps(value: Json): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(withMaps);
  const entries = Object.entries(value).map(([key, member]) => [key, withMaps(member)] as const);
  return Object.hasOwn(value, 'constructor') ? new Map(entries) : Object.fromEntries(entries);
}

/** What an expression yields → a JSON raw that `decode` takes. */
export function fromExpression(value: unknown): Raw {
  if (value === null || value === undefined) return null;
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number')
    return Number.isFinite(value)
      ? value
      : Number.isNaN(value)
        ? 'NaN'
        : value > 0
          ? 'Infinity'
          : '-Infinity';
  if (typeof value === 'string' || typeof value === 'boolean') return checked(value);
  if (value instanceof Date)
    return Number.isNaN(value.getTime()) ? failed('not a time') : value.toISOString();
  if (value instanceof Map) return fromExpression(Object.fromEntries(value as Map<string, unknown>));
  if (Array.isArray(value)) return checked(value.map(listMember));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null)
    return failed('the result is neither text, number, boolean, list nor map');
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, listMember(member)]));
}

function listMember(value: unknown): Json {
  // Inside JSON an int is a number again, as far as one can hold it.
  if (typeof value !== 'bigint') return fromExpression(value);
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
}

function checked<T extends Json>(value: T): T {
  if (typeof value === 'string' && value.length > LIMITS.text)
    return failed(`the text is longer than ${String(LIMITS.text)} characters`);
  if (Array.isArray(value) && value.length > LIMITS.list)
    return failed(`the list is longer than ${String(LIMITS.list)} members`);
  return value;
}
