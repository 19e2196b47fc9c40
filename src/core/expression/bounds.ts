import { ExpressionError } from '../errors.js';

/** What an expression may cost. Together they bound time and memory for any text and any value. */
export const LIMITS = {
  /** Characters of an expression. */
  expression: 2_000,
  nodes: 400,
  depth: 32,
  /** Characters of a text that goes in or comes out; longer values cannot be transformed. */
  text: 1_000_000,
  /** Members of a list that goes in, comes out, or is split from a text. */
  list: 10_000,
  /** Characters of a pattern of `like` or of a date, of a literal that is searched for, and of a text that is a date. */
  pattern: 200,
  /** Characters that all steps together may look at, where an expression repeats itself over a list or searches for what is no literal. */
  work: 10_000_000_000,
} as const;

export function failed(message: string): never {
  throw new ExpressionError('expression-failed', message, null);
}

export function bounded(text: string): string {
  return text.length > LIMITS.text
    ? failed(`a text of ${String(text.length)} characters is longer than an expression may handle`)
    : text;
}

/** Text that is to be read piece by piece: nobody means more than this. */
export function short(text: string, name: string): string {
  return text.length > LIMITS.pattern
    ? failed(`${name} has more than ${String(LIMITS.pattern)} characters`)
    : text;
}

/** A whole number argument within its range. */
export function argument(value: bigint | number, min: number, max: number, name: string): number {
  const n = Number(value);
  return n >= min && n <= max ? n : failed(`${name} must lie between ${String(min)} and ${String(max)}`);
}
