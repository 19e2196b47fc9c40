import type { Environment } from '@marcbachmann/cel-js';
import { argument, bounded, failed, LIMITS, short } from './bounds.js';

const sync = { async: false };

/** Functions on texts and lists of texts. All but `concat` and `coalesce` want values, not `null`. */
export function registerTextFunctions(env: Environment): void {
  env
    .registerFunction('trim(string): string', (text: string) => text.trim(), sync)
    .registerFunction('lower(string): string', (text: string) => text.toLowerCase(), sync)
    .registerFunction('upper(string): string', (text: string) => text.toUpperCase(), sync)
    .registerFunction('digits(string): string', (text: string) => text.replace(/\D+/g, ''), sync)
    .registerFunction(
      'collapseSpace(string): string',
      (text: string) => text.trim().replace(/\s+/g, ' '),
      sync,
    )
    .registerFunction('split(string, string): list<string>', split, sync)
    .registerFunction('join(list, string): string', join, sync)
    .registerFunction('sort(list): list<string>', (list: readonly unknown[]) => list.map(text).sort(), sync)
    .registerFunction('replace(string, string, string): string', replace, sync)
    .registerFunction(
      'substring(string, int): string',
      (value: string, start: bigint) => substring(value, start),
      sync,
    )
    .registerFunction('substring(string, int, int): string', substring, sync)
    .registerFunction('padStart(string, int, string): string', padStart, sync)
    .registerFunction('like(string, string): bool', like, sync)
    .registerFunction('map(dyn, map): dyn', (value: unknown, table: unknown) => lookup(value, table), sync)
    .registerFunction(
      'map(dyn, map, dyn): dyn',
      (value: unknown, table: unknown, other: unknown) => entries(table).get(String(value)) ?? other,
      sync,
    )
    .registerFunction('unmap(dyn, map): dyn', unmap, sync)
    .registerFunction('coalesce(dyn, dyn): dyn', (...values: unknown[]) => coalesce(values), sync)
    .registerFunction('coalesce(dyn, dyn, dyn): dyn', (...values: unknown[]) => coalesce(values), sync);
  for (let count = 2; count <= 6; count++) {
    const parameters = Array.from({ length: count }, () => 'dyn').join(', ');
    env.registerFunction(
      `concat(${parameters}): string`,
      (...parts: unknown[]) => bounded(parts.map(textOrNothing).join('')),
      sync,
    );
  }
}

/** Parts are trimmed and empty ones dropped: what people mean by a list in a text column. */
function split(value: string, separator: string): string[] {
  if (separator === '') return failed('split: the separator is empty');
  const parts = value
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== '');
  return parts.length > LIMITS.list
    ? failed(`split: there are more than ${String(LIMITS.list)} parts`)
    : parts;
}

function join(list: readonly unknown[], separator: string): string {
  const parts = list.map(text);
  const length = parts.reduce((sum, part) => sum + part.length + separator.length, 0);
  if (length > LIMITS.text + separator.length) return failed('join: the result is too long');
  const clash = separator === '' ? undefined : parts.find((part) => part.includes(separator));
  // Joined, it would come back as two.
  if (clash !== undefined) return failed('join: a member contains the separator');
  return parts.join(separator);
}

function replace(value: string, from: string, to: string): string {
  if (from === '') return failed('replace: nothing to look for');
  const parts = value.split(from);
  if (value.length + (parts.length - 1) * to.length > 2_000_000)
    return failed('replace: the result is too long');
  return bounded(parts.join(to));
}

/** From `start` to before `end`, in code units; what lies outside the text is cut off. */
function substring(value: string, start: bigint, end?: bigint): string {
  return value.slice(
    argument(start, 0, 1e9, 'start'),
    end === undefined ? undefined : argument(end, 0, 1e9, 'end'),
  );
}

function padStart(value: string, length: bigint, fill: string): string {
  return value.padStart(argument(length, 0, 1000, 'length'), fill);
}

/** `*` stands for any text, `?` for one character; everything else for itself. No backtracking beyond the last star. */
function like(value: string, pattern: string): boolean {
  short(pattern, 'like: the pattern');
  let v = 0;
  let p = 0;
  let star = -1;
  let resume = 0;
  while (v < value.length) {
    if (pattern[p] === '*') {
      star = p++;
      resume = v;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === value[v])) {
      v++;
      p++;
    } else if (star >= 0) {
      p = star + 1;
      v = ++resume;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

/** Keys as text: what an expression writes as `{1: "one"}` arrives as an object. */
function entries(table: unknown): Map<string, unknown> {
  const pairs =
    table instanceof Map ? [...(table as Map<unknown, unknown>)] : Object.entries(table as object);
  return new Map(pairs.map(([key, value]) => [String(key), value]));
}

/** A value that the table does not know is a failure, never a blank: it would overwrite the other side. */
function lookup(value: unknown, table: unknown): unknown {
  const known = entries(table);
  const key = String(value);
  return known.has(key) ? known.get(key) : failed('map: the table has no such value');
}

function unmap(value: unknown, table: unknown): unknown {
  for (const [from, to] of entries(table)) if (to === value) return from;
  return failed('unmap: the table has no such value');
}

function coalesce(values: readonly unknown[]): unknown {
  return values.find((value) => value !== null && value !== '') ?? null;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : failed('a list of texts is expected');
}

function textOrNothing(value: unknown): string {
  if (value === null) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
    return String(value);
  return failed('concat: texts, numbers and booleans only');
}
