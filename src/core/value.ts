/** Any JSON value. Everything the core handles is plain, readonly JSON. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * The normal form of a unit's value, the same on both sides.
 *
 * | type | canonical form |
 * |---|---|
 * | text, enum, uuid, bytes (hex), interval, time | string |
 * | integer, decimal | string in shortest decimal form: `"-12"`, `"1.5"`, never `"1.50"` or `"+1"` |
 * | float | number, or `"NaN"`, `"Infinity"`, `"-Infinity"` |
 * | boolean | boolean |
 * | date | `"YYYY-MM-DD"` |
 * | datetime | UTC instant `"YYYY-MM-DDTHH:MM:SS[.ffffff]Z"` without trailing zeros |
 * | localdatetime | the same without `Z` |
 * | set | array of strings, sorted by code unit, without duplicates |
 * | list | array of strings, `null` and such arrays |
 * | json | any JSON, object keys sorted |
 * | a group | object: member field → its canonical value |
 *
 * `null` is blank for every type.
 */
export type Canon = Json;

/**
 * A side's own representation of a unit, exactly as the connector reads and writes it (PostgreSQL: the text form
 * of the column or `null`). A group: object of member field → raw. Kept so that a conditional write can name what stands there.
 */
export type Raw = Json;

export type FieldType =
  | 'text'
  | 'integer'
  | 'decimal'
  | 'float'
  | 'boolean'
  | 'date'
  | 'datetime'
  | 'localdatetime'
  | 'time'
  | 'interval'
  | 'uuid'
  | 'enum'
  | 'set'
  | 'list'
  | 'json'
  | 'bytes';

/** Deep equality of JSON values; object key order is ignored. */
export function jsonEqual(x: Json | undefined, y: Json | undefined): boolean {
  if (x === y) return true;
  if (x === undefined || y === undefined || x === null || y === null) return false;
  if (typeof x !== 'object' || typeof y !== 'object') return false;
  if (Array.isArray(x) || Array.isArray(y)) {
    if (!Array.isArray(x) || !Array.isArray(y) || x.length !== y.length) return false;
    return x.every((item: Json, i) => jsonEqual(item, (y as readonly Json[])[i]));
  }
  const xo = x as { readonly [key: string]: Json };
  const yo = y as { readonly [key: string]: Json };
  const keys = Object.keys(xo);
  return (
    keys.length === Object.keys(yo).length &&
    keys.every((key) => Object.hasOwn(yo, key) && jsonEqual(xo[key], yo[key]))
  );
}

/** Blank: `null`, `""`, an empty list, or a group whose members are all blank. */
export function isBlank(value: Canon): boolean {
  if (value === null || value === '') return true;
  if (typeof value !== 'object') return false;
  if (Array.isArray(value)) return value.length === 0;
  return Object.values(value).every(isBlank);
}

/** JSON with object keys in code-unit order: equal values give equal text. */
export function stableStringify(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(stableStringify).join(',')}]`;
  const object = value as { readonly [key: string]: Json };
  const keys = Object.keys(object).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${stableStringify(object[key] as Json)}`).join(',')}}`;
}
