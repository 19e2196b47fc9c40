import { ExpressionError } from '../errors.js';

/** What an expression may cost. Together they bound time and memory for any text and any value. */
export const LIMITS = {
  /** Characters of an expression. */
  expression: 2_000,
  nodes: 400,
  depth: 32,
  /** Characters of a text that goes in or comes out; longer values cannot be transformed. */
  text: 1_000_000,
  /** Members of a list that goes in or comes out. */
  list: 10_000,
} as const;

export function failed(message: string): never {
  throw new ExpressionError('expression-failed', message, null);
}

export function bounded(text: string): string {
  return text.length > LIMITS.text
    ? failed(`a text of ${String(text.length)} characters is longer than an expression may handle`)
    : text;
}

/** A whole number argument within its range. */
export function argument(value: bigint | number, min: number, max: number, name: string): number {
  const n = Number(value);
  return n >= min && n <= max ? n : failed(`${name} must lie between ${String(min)} and ${String(max)}`);
}
