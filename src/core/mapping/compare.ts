import { canonicalDecimal, nearestMultiple } from '../canon/decimal.js';
import type { CompareSpec } from '../pipeline/spec.js';
import { jsonEqual, stableStringify, type Canon, type FieldType } from '../value.js';

/** When two canonical values of a field count as equal. `equal(x, y)` is `key(x) === key(y)`. */
export interface Comparison {
  readonly key: (value: Canon) => string;
  readonly equal: (x: Canon, y: Canon) => boolean;
}

/** No text that a database stores holds a NUL. */
const BLANK = '\0';

export function comparison(type: FieldType, compare: CompareSpec | undefined): Comparison {
  const normalize = compare?.normalize ?? [];
  if (normalize.length > 0) return byKey((value) => normalizedKey(value, normalize));
  const tolerance = compare?.tolerance === undefined ? null : canonicalDecimal(String(compare.tolerance));
  if (tolerance !== null && tolerance !== '0') return byKey((value) => toleranceKey(value, tolerance));
  switch (type) {
    case 'set':
    case 'list':
    case 'json':
      return { key: (value) => (value === null ? BLANK : stableStringify(value)), equal: jsonEqual };
    case 'boolean':
    case 'float':
      return { key: (value) => (value === null ? BLANK : JSON.stringify(value)), equal: identical };
    default:
      return { key: (value) => (value === null ? BLANK : (value as string)), equal: identical };
  }
}

function byKey(key: (value: Canon) => string): Comparison {
  return { key, equal: (x, y) => x === y || key(x) === key(y) };
}

function identical(x: Canon, y: Canon): boolean {
  return x === y;
}

type Normalize = NonNullable<CompareSpec['normalize']>[number];

const NORMALIZERS: Readonly<Record<Normalize, (text: string) => string>> = {
  trim: (text) => text.trim(),
  lowercase: (text) => text.toLowerCase(),
  digits: (text) => text.replace(/\D+/g, ''),
  'unicode-nfc': (text) => text.normalize('NFC'),
  'collapse-space': (text) => text.trim().replace(/\s+/g, ' '),
  'date-only': (text) => text.slice(0, 10),
};

/** What is empty once it is normalised counts as blank. Members of a list are normalised one by one. */
function normalizedKey(value: Canon, normalize: readonly Normalize[]): string {
  if (typeof value === 'string') return normalized(value, normalize) || BLANK;
  if (Array.isArray(value)) {
    const members = value.map((member: Canon) =>
      typeof member === 'string' ? normalized(member, normalize) : stableStringify(member),
    );
    return members.length === 0 ? BLANK : JSON.stringify([...new Set(members)].sort());
  }
  return value === null ? BLANK : stableStringify(value);
}

function normalized(text: string, normalize: readonly Normalize[]): string {
  let result = text;
  for (const name of normalize) result = NORMALIZERS[name](result);
  return result;
}

/** Rounded to a multiple of the tolerance: "differs by at most" would not be transitive. */
function toleranceKey(value: Canon, tolerance: string): string {
  if (value === null) return BLANK;
  const decimal =
    typeof value === 'string' || typeof value === 'number' ? canonicalDecimal(String(value)) : null;
  return decimal === null ? stableStringify(value) : nearestMultiple(decimal, tolerance);
}
