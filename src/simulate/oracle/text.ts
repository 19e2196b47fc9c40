import type { Value } from './evidence.js';

/** Equal values give equal texts; object keys in any order. */
export function text(value: Value): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(text).join(',')}]`;
  const object = value as Readonly<Record<string, Value>>;
  const members = Object.keys(object)
    .sort()
    .map((key) => `${key}:${text(object[key])}`);
  return `{${members.join(',')}}`;
}

export function blank(value: Value): boolean {
  if (value === null || value === undefined || value === '') return true;
  if (typeof value !== 'object') return false;
  return Array.isArray(value) ? value.length === 0 : Object.values(value).every(blank);
}

export function same(x: Value, y: Value): boolean {
  return text(x) === text(y) || (blank(x) && blank(y));
}
