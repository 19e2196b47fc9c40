import { createHash } from 'node:crypto';
import type { Json, Raw } from '../core/value.js';

/** A record that is not there. */
export const ABSENT_LINE = 'null';

/** One record as it goes into a digest: its id and its raws, in the order of the columns that were asked for. */
export function digestLine(id: string, raws: readonly Raw[]): string {
  return JSON.stringify([id, ...raws] satisfies Json);
}

/** The digest of records in the order in which they were asked for; a system that hashes its own records comes to the same. */
export function digestOf(lines: readonly string[]): string {
  return createHash('sha256').update(lines.join('\n')).digest('hex');
}
