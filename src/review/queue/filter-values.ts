import { filterFault, type FilterValue } from './filter-grammar.js';

const UNIT_MS: Readonly<Record<string, number>> = {
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

/** `<4h`, `>2d`, `<2026-12-01`, `>2026-12-01T08:00:00Z`. */
export interface Bound {
  readonly before: boolean;
  /** ms: a time, or a span where `isSpan`. */
  readonly ms: number;
  readonly isSpan: boolean;
}

/** @returns `null` for a value that is no bound at all */
export function boundOf(filter: string, { text, at }: FilterValue): Bound | null {
  const sign = text.charAt(0);
  if (sign !== '<' && sign !== '>') return null;
  const rest = text.slice(1);
  const span = /^(\d{1,5})([mhdw])$/.exec(rest);
  const ms = span === null ? Date.parse(rest) : Number(span[1]) * (UNIT_MS[span[2] ?? ''] ?? Number.NaN);
  if (Number.isNaN(ms) || (span === null && !/^\d{4}-\d{2}-\d{2}/.test(rest)))
    throw filterFault(filter, at + 1, 'a span such as 4h or 2d, or a date such as 2026-12-01');
  return { before: sign === '<', ms, isSpan: span !== null };
}

/** @throws AppError `filter-invalid` */
export function oneOf<T extends string>(filter: string, { text, at }: FilterValue, known: readonly T[]): T {
  const found = known.find((one) => one === text.toLowerCase());
  if (found === undefined) throw filterFault(filter, at, known.join(', '));
  return found;
}

/** @throws AppError `filter-invalid` */
export function recordOf(filter: string, { text, at }: FilterValue): number {
  const key = /^rec_([1-9]\d{0,14})$/.exec(text)?.[1];
  if (key === undefined) throw filterFault(filter, at, 'the id of a record, such as rec_42');
  return Number(key);
}

/** The key of a person that is named by `me` or an id; `null` for a name. */
export function personIn(me: string, { text }: FilterValue): string | null {
  if (text.toLowerCase() === 'me') return me;
  return /^usr_([0-9a-f-]{36})$/.exec(text)?.[1] ?? null;
}
