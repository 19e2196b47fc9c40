import type { Json } from '../value.js';
import { parseJson } from './parse-json.js';

/** Deeper JSON is refused: walking it must never exhaust the stack. */
export const MAX_JSON_DEPTH = 200;

export type JsonFault = 'not-json' | 'too-deep' | 'inexact-number';

/**
 * Parses JSON whose numbers all survive: one that a double cannot hold exactly is a fault, never a rounded number. Object keys come
 * back sorted.
 */
export function parseJsonText(text: string): { readonly value: Json } | { readonly fault: JsonFault } {
  let inexact = false;
  const check = (_key: string, value: unknown, context?: { readonly source?: string }): unknown => {
    if (typeof value === 'number' && context?.source !== undefined && !isExact(value, context.source))
      inexact = true;
    return value;
  };
  let parsed: Json;
  try {
    // Reviving costs; only a number of 16 digits or with an exponent can be inexact.
    parsed = parseJson(text, /\d[\d.]{15}|\d[eE]/.test(text) ? check : undefined);
  } catch (error) {
    return { fault: error instanceof RangeError ? 'too-deep' : 'not-json' };
  }
  if (inexact) return { fault: 'inexact-number' };
  return sortedJson(parsed);
}

/** The same JSON with object keys in code-unit order. */
export function sortedJson(value: Json): { readonly value: Json } | { readonly fault: JsonFault } {
  if (depthExceeds(value)) return { fault: 'too-deep' };
  return { value: sorted(value) };
}

/** PostgreSQL's output form of `jsonb`: a blank after colon and comma, keys by length, then bytes. */
export function jsonbText(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(jsonbText).join(', ')}]`;
  const object = value as { readonly [key: string]: Json };
  const keys = Object.keys(object).sort(byLengthThenBytes);
  return `{${keys.map((key) => `${JSON.stringify(key)}: ${jsonbText(object[key] as Json)}`).join(', ')}}`;
}

function byLengthThenBytes(x: string, y: string): number {
  const difference = utf8Length(x) - utf8Length(y);
  if (difference !== 0) return difference;
  return x < y ? -1 : x > y ? 1 : 0;
}

function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

function depthExceeds(value: Json): boolean {
  const stack: [Json, number][] = [[value, 0]];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const [node, depth] = top;
    if (node === null || typeof node !== 'object') continue;
    if (depth >= MAX_JSON_DEPTH) return true;
    for (const child of Object.values<Json>(node)) stack.push([child, depth + 1]);
  }
  return false;
}

function sorted(value: Json): Json {
  if (value === null || typeof value !== 'object') return Object.is(value, -0) ? 0 : value;
  if (Array.isArray(value)) return value.map(sorted);
  const object = value as { readonly [key: string]: Json };
  const entries = Object.keys(object)
    .sort()
    .map((key): [string, Json] => [key, sorted(object[key] as Json)]);
  return Object.fromEntries(entries);
}

function isExact(value: number, source: string): boolean {
  if (!Number.isFinite(value)) return false;
  return significant(String(value)) === significant(source);
}

/** A number's digits and scale without zeros at either end: equal for equal numbers. */
function significant(text: string): string {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const negative = mantissa.startsWith('-');
  const [whole = '', fraction = ''] = mantissa.replace(/^[+-]/, '').split('.');
  const digits = (whole + fraction).replace(/^0+/, '');
  const trimmed = digits.replace(/0+$/, '');
  if (trimmed === '') return '0';
  const scale = Number(exponent) - fraction.length + (digits.length - trimmed.length);
  return `${negative ? '-' : ''}${trimmed}e${String(scale)}`;
}
