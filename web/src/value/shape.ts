import { isCovered } from '../api/revealed';
import type { Json } from '../api/types';
import { queueStrings } from '../strings-queue';

/** How a value is best looked at, judged from all values that are compared with it. */
export type Shape = 'text' | 'set' | 'members' | 'json';

type JsonObject = { readonly [key: string]: Json };

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const isScalar = (value: Json): boolean => value === null || typeof value !== 'object';

function isTextList(value: Json): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

export function shapeOf(values: readonly (Json | undefined)[]): Shape {
  const present = values.filter((value): value is Json => value !== undefined && value !== null);
  if (present.length === 0 || present.every((value) => typeof value !== 'object')) return 'text';
  if (present.every(isTextList)) return 'set';
  if (
    present.every(
      (value) =>
        isObject(value) && Object.values(value).every((member) => isScalar(member) || isTextList(member)),
    )
  ) {
    return 'members';
  }
  return 'json';
}

export function asText(value: Json): string {
  if (isCovered(value)) return queueStrings.covered;
  if (value === null) return '';
  return typeof value === 'object' ? prettyJson(value) : String(value);
}

const LINE = 60;

/** Indented JSON in which what fits stays on one line. */
function prettyJson(value: Json, indent = ''): string {
  const line = lineJson(value);
  if (value === null || typeof value !== 'object' || (line.length <= LINE && isFlat(value))) return line;
  const deeper = `${indent}  `;
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const parts = isObject(value)
    ? Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}: ${prettyJson(member, deeper)}`)
    : value.map((item) => prettyJson(item, deeper));
  return `${open ?? ''}\n${parts.map((part) => deeper + part).join(',\n')}\n${indent}${close ?? ''}`;
}

function lineJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map((item: Json) => lineJson(item)).join(', ')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([name, member]) => `${JSON.stringify(name)}: ${lineJson(member)}`,
  );
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}

function isFlat(value: object): boolean {
  return Object.values(value).every((member) => isScalar(member as Json));
}

export function asSet(value: Json | undefined): readonly string[] {
  return value !== undefined && value !== null && isTextList(value) ? value : [];
}

/** One line, for a list row. */
export function asLine(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  if (isCovered(value)) return queueStrings.covered;
  if (isTextList(value)) return value.join(', ');
  if (isObject(value))
    return Object.values(value)
      .map((member) => asLine(member))
      .filter((text) => text !== '')
      .join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value).replaceAll(/\s+/g, ' ');
}

export function memberNames(values: readonly (Json | undefined)[]): string[] {
  const names = new Set<string>();
  for (const value of values) if (isObject(value)) for (const name of Object.keys(value)) names.add(name);
  return [...names];
}
