/**
 * Dates and instants as canonical text, exact to the microsecond. Only the shift of an instant to UTC uses the built-in calendar
 * (whole seconds, proleptic Gregorian); fractions are carried as text.
 */
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const DATETIME =
  /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2}):(\d{2})(?:[.,](\d+))?(Z|z|[+-]\d{2}(?::?\d{2}(?::?\d{2})?)?)?$/;
const CANONICAL_INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{0,5}[1-9])?Z$/;
/** How a `timestamptz` is printed under UTC. */
const POSTGRES_UTC = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(?:\.\d{0,5}[1-9])?\+00$/;
const TIME = /^(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?([+-]\d{2}(?::\d{2}(?::\d{2})?)?|Z)?$/;

/** PostgreSQL's open ends, kept as they are. */
export const INFINITY = new Set(['infinity', '-infinity']);

const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Canonical date, or `null` for anything else. */
export function canonicalDate(text: string): string | null {
  if (INFINITY.has(text)) return text;
  const match = DATE.exec(text);
  return match !== null && isDay(Number(match[1]), Number(match[2]), Number(match[3])) ? text : null;
}

export type DateTimeFault = 'not-a-datetime' | 'offset-missing' | 'offset-unexpected' | 'too-precise';

/**
 * Canonical instant (`offset` wanted) or local date and time (none allowed).
 * Accepts ISO 8601 and PostgreSQL's ISO output; a fraction finer than a microsecond is refused unless it is zero.
 */
export function canonicalDateTime(
  text: string,
  offset: boolean,
): { readonly text: string } | { readonly fault: DateTimeFault } {
  if (offset && CANONICAL_INSTANT.test(text) && isInstant(text)) return { text };
  if (offset && POSTGRES_UTC.test(text) && isInstant(text)) {
    return { text: `${text.slice(0, 10)}T${text.slice(11, -3)}Z` };
  }
  if (INFINITY.has(text)) return { text };
  const match = DATETIME.exec(text);
  if (match === null) return { fault: 'not-a-datetime' };
  const [, year = '', month = '', day = '', hour = '', minute = '', second = '', rawFraction = '', zone] =
    match;
  if (!isDay(Number(year), Number(month), Number(day)) || !isClock(hour, minute, second))
    return { fault: 'not-a-datetime' };
  const fraction = rawFraction.replace(/0+$/, '');
  if (fraction.length > 6) return { fault: 'too-precise' };
  const tail = fraction === '' ? '' : `.${fraction}`;
  const local = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  if (!offset) return zone === undefined ? { text: local + tail } : { fault: 'offset-unexpected' };
  if (zone === undefined) return { fault: 'offset-missing' };
  const seconds = offsetSeconds(zone);
  if (seconds === null) return { fault: 'not-a-datetime' };
  if (seconds === 0) return { text: `${local}${tail}Z` };
  const shifted = new Date(Date.parse(`${local}Z`) - seconds * 1000).toISOString();
  // Years outside 0000-9999 come back with a sign and six digits; PostgreSQL has no year 0.
  return shifted.length === 24 && !shifted.startsWith('0000')
    ? { text: `${shifted.slice(0, 19)}${tail}Z` }
    : { fault: 'not-a-datetime' };
}

/** Canonical time of day: seconds always, no trailing zeros, the offset (if any) kept as it is. */
export function canonicalTime(text: string): string | null {
  const match = TIME.exec(text);
  if (match === null) return null;
  const [, hour = '', minute = '', second = '00', rawFraction = '', zone = ''] = match;
  const fraction = rawFraction.replace(/0+$/, '');
  const midnight = hour === '24' && minute === '00' && second === '00' && fraction === '';
  if ((!isClock(hour, minute, second) && !midnight) || fraction.length > 6) return null;
  return `${hour}:${minute}:${second}${fraction === '' ? '' : `.${fraction}`}${zone}`;
}

/** PostgreSQL's ISO output in UTC: what a `timestamptz` column shows for this instant. */
export function postgresInstant(canon: string): string {
  return INFINITY.has(canon) ? canon : `${canon.slice(0, 10)} ${canon.slice(11, -1)}+00`;
}

export function postgresLocal(canon: string): string {
  return INFINITY.has(canon) ? canon : `${canon.slice(0, 10)} ${canon.slice(11)}`;
}

/** A key that sorts dates, instants and local times of one type as time does: fractions padded, open ends at the ends. */
export function chronologicalKey(canon: string): string {
  if (canon === 'infinity') return '~';
  if (canon === '-infinity') return ' ';
  const bare = canon.endsWith('Z') ? canon.slice(0, -1) : canon;
  if (bare.length <= 10) return bare;
  const point = bare.indexOf('.');
  return point < 0 ? `${bare}.000000` : bare.padEnd(point + 7, '0');
}

function isInstant(text: string): boolean {
  return (
    isDay(Number(text.slice(0, 4)), Number(text.slice(5, 7)), Number(text.slice(8, 10))) &&
    isClock(text.slice(11, 13), text.slice(14, 16), text.slice(17, 19))
  );
}

function isDay(year: number, month: number, day: number): boolean {
  if (year < 1 || month < 1 || month > 12 || day < 1) return false;
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day <= (MONTH_DAYS[month - 1] ?? 0) + (leap ? 1 : 0);
}

function isClock(hour: string, minute: string, second: string): boolean {
  return hour <= '23' && minute <= '59' && second <= '59';
}

function offsetSeconds(zone: string): number | null {
  if (zone === 'Z' || zone === 'z') return 0;
  const digits = zone.slice(1).replaceAll(':', '');
  const hours = Number(digits.slice(0, 2));
  const minutes = Number(digits.slice(2, 4));
  const seconds = Number(digits.slice(4, 6));
  if (hours > 15 || minutes > 59 || seconds > 59) return null;
  const total = hours * 3600 + minutes * 60 + seconds;
  return zone.startsWith('-') ? -total : total;
}
