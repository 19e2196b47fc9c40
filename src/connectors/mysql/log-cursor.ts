import type { Cursor } from '../connector.js';
import { ConnectorError } from '../errors.js';

/** First and last of consecutive numbers. */
export type Range = readonly [first: number, last: number];

/**
 * Where a reader of the log stands: it has every entry up to `high`, but for the numbers in `gaps`. A number is handed out before its
 * transaction commits, so a lower one may become visible after a higher one; whatever is not there when something above it is, is a gap.
 * A gap is closed by the entry that appears, or by the reader, who takes the number for itself (log-capture.ts).
 */
export interface LogCursor {
  readonly v: 1;
  readonly mode: 'log';
  /** Identity of the installed log: another one means that entries may be missing. */
  readonly log: string;
  readonly high: number;
  /** Ascending, not touching. */
  readonly gaps: readonly Range[];
  /** What tells that the table was emptied without its triggers (truncation.ts). */
  readonly table: TableMark;
}

export interface TableMark {
  /** There were rows. */
  readonly filled: boolean;
  /** The next number of its AUTO_INCREMENT column, which only goes up. */
  readonly next: number | null;
}

/** @throws ConnectorError `cursor-invalid` for what another capture mode, another version or a hand has written */
export function asLogCursor(cursor: Cursor): LogCursor {
  const value = cursor as unknown as LogCursor | null;
  if (typeof value === 'object' && value?.mode === 'log' && value.v === 1 && isWhole(value)) return value;
  throw new ConnectorError('cursor-invalid', 'The cursor was not made by reading the log of a MariaDB table');
}

function isWhole({ log, high, gaps, table }: LogCursor): boolean {
  const list: unknown = gaps;
  const mark = table as TableMark | null | undefined;
  return (
    typeof log === 'string' &&
    Number.isSafeInteger(high) &&
    Array.isArray(list) &&
    list.every(
      (range) =>
        Array.isArray(range) && range.length === 2 && range.every((end) => Number.isSafeInteger(end)),
    ) &&
    typeof mark?.filled === 'boolean' &&
    (mark.next === null || Number.isSafeInteger(mark.next))
  );
}

/** Nothing at or below this entry will ever be asked for again. */
export function doneUpTo({ high, gaps }: LogCursor): number {
  return gaps[0] === undefined ? high : gaps[0][0] - 1;
}

/** True when the entry was there when the cursor was made. */
export function hasSeen({ high, gaps }: LogCursor, seq: number): boolean {
  return seq <= high && !gaps.some(([first, last]) => first <= seq && seq <= last);
}

/** What is still missing up to `end` after the entries `seen` (ascending) were there. */
export function gapsAfter(
  cursor: Pick<LogCursor, 'high' | 'gaps'>,
  seen: readonly number[],
  end: number,
): Range[] {
  const open: Range[] = cursor.high < end ? [...cursor.gaps, [cursor.high + 1, end]] : [...cursor.gaps];
  const left: Range[] = [];
  let at = 0;
  for (const [first, last] of open) {
    let from = first;
    while (at < seen.length && (seen[at] ?? 0) < first) at++;
    for (; at < seen.length && (seen[at] ?? 0) <= last; at++) {
      const seq = seen[at] ?? 0;
      if (seq > from) left.push([from, seq - 1]);
      from = seq + 1;
    }
    if (from <= last) left.push([from, last]);
  }
  return joined(left);
}

function joined(ranges: readonly Range[]): Range[] {
  const result: Range[] = [];
  for (const [first, last] of ranges) {
    const before = result.at(-1);
    if (before !== undefined && before[1] + 1 === first) result[result.length - 1] = [before[0], last];
    else result.push([first, last]);
  }
  return result;
}

/** Without the numbers of `range`, which lies within one of them. */
export function without(gaps: readonly Range[], [first, last]: Range): Range[] {
  return gaps.flatMap(([from, to]): Range[] => {
    if (last < from || first > to) return [[from, to]];
    const left: Range[] = [];
    if (from < first) left.push([from, first - 1]);
    if (last < to) left.push([last + 1, to]);
    return left;
  });
}

/** `seq between 3 and 5 or seq > 17`. */
export function inRanges(ranges: readonly Range[], above: number | null): string {
  const terms = ranges.map(([first, last]) => `seq between ${first} and ${last}`);
  if (above !== null) terms.push(`seq > ${above}`);
  return terms.length === 0 ? 'false' : `(${terms.join(' or ')})`;
}
