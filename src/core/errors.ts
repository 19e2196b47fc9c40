import type { Json } from './value.js';

/** Stable codes of what the core refuses. A code may be added, never renamed. */
export type CanonErrorCode =
  /** The raw, or a typed value, cannot be of the declared type. */
  | 'value-type'
  /** The value is of the type but cannot be kept exactly (too precise, out of range, not a number). */
  | 'value-inexact'
  /** A `read` or `write` expression failed on this value. */
  | 'transform-failed'
  /** A record with these values would not be in the scope of the side that it is to be made on. */
  | 'out-of-scope'
  /** The record that a reference points to is not linked, or not there on the side. */
  | 'waiting-for';

/** A value that is not what a field's declaration promises. Nothing was changed; the unit alone has to be held. */
export class CanonError extends Error {
  override readonly name = 'CanonError';

  constructor(
    readonly code: CanonErrorCode,
    readonly field: string,
    /** What would have been accepted, in words: `a whole number`. */
    readonly expected: string,
    /** What was found, shortened; never more than a few characters of the value. */
    readonly found: string,
    options?: ErrorOptions,
  ) {
    super(`${field}: expected ${expected}, found ${found}`, options);
  }
}

export type ExpressionErrorCode =
  /** The text is not an expression, or uses a name or function that does not exist here. */
  | 'expression-invalid'
  /** The expression is longer, deeper or more nested than allowed. */
  | 'expression-limit'
  /** It failed on the values it was given. */
  | 'expression-failed';

/** What is wrong with an expression, and where in its text. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';

  constructor(
    readonly code: ExpressionErrorCode,
    message: string,
    /** Offset into the expression, where known. */
    readonly position: number | null,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A pipeline that cannot be compiled. `path` leads to the fault inside the spec: `['fields', 'email', 'policy']`. */
export class PlanError extends Error {
  override readonly name = 'PlanError';

  constructor(
    readonly code: string,
    message: string,
    readonly path: readonly (string | number)[],
    readonly position: number | null = null,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A value as shown in an error message: a scalar with at most 40 characters, or the kind of a compound. */
export function shown(value: Json | undefined): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  const text = typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : String(value);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
