import { hash } from 'node:crypto';
import type { Raw } from '../core/value.js';

/** A record that is not there. */
export const ABSENT_LINE = 'null';

/** One record as it goes into a digest: its id and its raws, in the order of the columns that were asked for. */
export function digestLine(id: string, raws: readonly Raw[]): string {
  return withId(id, rawsText(raws));
}

/** The part of a line that does not depend on the id. */
export function rawsText(raws: readonly Raw[]): string {
  return JSON.stringify(raws);
}

/** The line of a record from the text of its raws. */
export function withId(id: string, text: string): string {
  return text === '[]' ? `[${JSON.stringify(id)}]` : `[${JSON.stringify(id)},${text.slice(1)}`;
}

/** The digest of records in the order in which they were asked for; a system that hashes its own records comes to the same. */
export function digestOf(lines: readonly string[]): string {
  return hash('sha256', lines.join('\n'));
}
