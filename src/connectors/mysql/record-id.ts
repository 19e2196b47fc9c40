import type { Raw } from '../../core/value.js';
import { ConnectorError } from '../errors.js';
import type { Column } from './catalog.js';

/** The id of a record from its key's server texts, in key order. */
export function idOf(key: readonly Column[], texts: readonly string[]): string {
  const raws = key.map(({ type }, i) => type.toRaw(texts[i] ?? ''));
  const [only] = raws;
  return raws.length === 1 && only !== undefined ? only : JSON.stringify(raws);
}

/** The key's server texts, in key order; `null` when the text cannot be an id of this object. */
export function keyTexts(key: readonly Column[], id: string): readonly string[] | null {
  const raws = key.length === 1 ? [id] : partsOf(id);
  if (raws?.length !== key.length) return null;
  const texts: string[] = [];
  for (const [i, { type }] of key.entries()) {
    const text = type.fromRaw(raws[i] ?? '');
    if (text === null || text.includes('\0') || !text.isWellFormed()) return null;
    if (type.keyForm?.test(text) !== true) return null;
    texts.push(text);
  }
  return texts;
}

function partsOf(id: string): readonly string[] | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(id);
  } catch {
    return null;
  }
  return Array.isArray(parsed) && parsed.every((part) => typeof part === 'string') ? parsed : null;
}

/**
 * A raw of this connector is text or nothing. A text with a NUL character is the exception: the server can hold one, the hub cannot, so it
 * is shown as an object, which no field type can read: the field is held, by name, and nothing is lost.
 */
export function shown(text: string | null, column: Column): Raw {
  if (text === null) return null;
  const raw = column.type.toRaw(text);
  return raw.includes('\0') ? { nul: raw.replaceAll('\0', '\u2400') } : raw;
}

export function rawText(value: Raw | undefined, field: string): string | null {
  if (value === null || typeof value === 'string') return value;
  throw new ConnectorError(
    'batch-invalid',
    `The value for "${field}" must be text or null, not ${typeof value}`,
  );
}
