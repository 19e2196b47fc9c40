import { stripVTControlCharacters } from 'node:util';
import { isCovered } from '../common/covered.js';

/** Columns as wide as their widest cell; the last is not padded. Cells may hold colours. */
export function table(rows: readonly (readonly string[])[], indent = ''): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, width(cell))));
  }
  return rows
    .map((row) => {
      const cells = row.map((cell, column) =>
        column === row.length - 1 ? cell : cell + ' '.repeat((widths[column] ?? 0) - width(cell)),
      );
      return indent + cells.join('  ').trimEnd();
    })
    .join('\n');
}

function width(cell: string): number {
  return Array.from(stripVTControlCharacters(cell)).length;
}

/** A value from a record as one short line: nothing in it can move the cursor or hide. */
export function oneLine(value: unknown, length = 60): string {
  if (isCovered(value)) return '(covered)';
  const text =
    typeof value === 'string' ? JSON.stringify(value) : value === null ? 'blank' : JSON.stringify(value);
  const safe = text.replace(
    /[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu,
    (c) => `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`,
  );
  const shown = Array.from(safe);
  return shown.length <= length ? safe : `${shown.slice(0, length - 1).join('')}…`;
}
