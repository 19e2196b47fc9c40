import { arrayLiteral } from './array-literal.js';

/** Between values, and for a value that is absent. Neither occurs in what people write. */
const between = '\x1f';
const absent = '\x1e';

/** SQL that unfolds one parameter of `columnBatch`. */
export const unfold = {
  joined: (parameter: string) => `string_to_array(${parameter}::text, E'\\x1f', E'\\x1e')`,
  literal: (parameter: string) => `${parameter}::text[]`,
} as const;

export type BatchForm = keyof typeof unfold;

/**
 * Many values as one parameter. PostgreSQL reads an array's text form character by character, and JavaScript has to quote it; joined
 * by a separator both take a third of the time. Values that hold the separator (and single ones, for `''` would be no value)
 * go the slower way, all columns of the statement alike.
 */
export function columnBatch(columns: readonly (readonly (string | null)[])[]): {
  readonly form: BatchForm;
  readonly values: string[];
} {
  const values: string[] = [];
  for (const column of columns) {
    const text = joined(column);
    if (text === null) return { form: 'literal', values: columns.map(arrayLiteral) };
    values.push(text);
  }
  return { form: 'joined', values };
}

function joined(column: readonly (string | null)[]): string | null {
  if (column.length < 2) return null;
  let blanks = 0;
  const parts = new Array<string>(column.length);
  for (let i = 0; i < column.length; i++) {
    const value = column[i];
    if (value === null || value === undefined) {
      blanks += 1;
      parts[i] = absent;
    } else parts[i] = value;
  }
  const text = parts.join(between);
  return occurrences(text, between) === column.length - 1 && occurrences(text, absent) === blanks
    ? text
    : null;
}

function occurrences(text: string, part: string): number {
  let count = 0;
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + 1)) count += 1;
  return count;
}
