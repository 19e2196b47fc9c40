import type { Json } from '../core/value.js';

const LONGEST = 120;

/** Control, direction and zero-width characters: in a mail they would deceive, or break the line they stand in. */
// eslint-disable-next-line no-control-regex -- they are what is looked for
const unseen = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+/g;

/** Text of one line that shows only what it says. */
export function oneLine(text: string): string {
  const line = text.replaceAll(unseen, ' ').toWellFormed();
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** A value in one line, shortened. */
export function valueInMail(value: Json): string {
  if (value === null || value === '') return '(blank)';
  if (typeof value !== 'object') return oneLine(String(value));
  const parts = Array.isArray(value)
    ? value.map((item: Json) => (typeof item === 'string' ? item : JSON.stringify(item)))
    : Object.entries(value).map(
        ([name, member]) => `${name}: ${typeof member === 'string' ? member : JSON.stringify(member)}`,
      );
  return oneLine(parts.join(', '));
}
