import type { Raw } from '../../core/value.js';
import { ConnectorError } from '../errors.js';
import type { Column } from './catalog.js';

/**
 * SQL for a record's id: the key's text form, or a JSON array of them in exactly the form that `JSON.stringify` gives, so that ids
 * made by the trigger, by a SELECT and by JavaScript are equal as text.
 */
export function idExpression(key: readonly Column[], row: string): string {
  const parts = key.map((column) => `${row}.${column.quoted}::text`);
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  return `'[' || ${parts.map((part) => `to_json(${part})::text`).join(` || ',' || `)} || ']'`;
}

/** The key's text forms, in key order; `null` when the text cannot be an id of this object. */
export function keyParts(id: string, size: number): readonly string[] | null {
  if (size === 1) return [id];
  let parsed: unknown;
  try {
    parsed = JSON.parse(id);
  } catch {
    return null;
  }
  if (!Array.isArray(parsed) || parsed.length !== size) return null;
  return parsed.every((part) => typeof part === 'string') ? parsed : null;
}

/** A raw of this connector is text or nothing; anything else is a fault of the caller. */
export function rawText(value: Raw | undefined, field: string): string | null {
  if (value === null || typeof value === 'string') return value;
  throw new ConnectorError(
    'batch-invalid',
    `The value for "${field}" must be PostgreSQL text or null, not ${typeof value}`,
  );
}
