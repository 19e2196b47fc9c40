import type { Environment } from '@marcbachmann/cel-js';
import { DateTime, IANAZone, type TokenParser } from 'luxon';
import { canonicalDate, canonicalDateTime } from '../canon/date.js';
import { BoundedMemo } from './bounded-memo.js';
import { failed, short } from './bounds.js';

const sync = { async: false };

/** A namespace in expressions is a constant of its own type: `date.parse(value, "dd.MM.yyyy")`. */
class DateFunctions {
  readonly namespace = 'date';
}

class InstantFunctions {
  readonly namespace = 'instant';
}

/**
 * Dates are texts `YYYY-MM-DD`, instants texts in UTC. Patterns are Luxon's tokens with English names; a pattern that reads must hold
 * year, month and day, since what is missing would be filled from today.
 */
export function registerDateFunctions(env: Environment): void {
  env
    .registerType('date', DateFunctions)
    .registerConstant('date', 'date', new DateFunctions())
    .registerType('instant', InstantFunctions)
    .registerConstant('instant', 'instant', new InstantFunctions())
    .registerFunction(
      'date.parse(string, string): string',
      (_: unknown, text: string, pattern: string) => parseDate(text, pattern),
      sync,
    )
    .registerFunction(
      'date.format(string, string): string',
      (_: unknown, date: string, pattern: string) => formatDate(date, pattern),
      sync,
    )
    .registerFunction(
      'instant.parse(string, string, string): string',
      (_: unknown, text: string, pattern: string, zone: string) => parseInstant(text, pattern, zone),
      sync,
    )
    .registerFunction(
      'instant.format(string, string, string): string',
      (_: unknown, instant: string, pattern: string, zone: string) =>
        shifted(instant, zone).toFormat(short(pattern, 'the pattern')),
      sync,
    )
    .registerFunction(
      'instant.toLocal(string, string): string',
      (_: unknown, instant: string, zone: string) => toLocal(instant, zone),
      sync,
    )
    .registerFunction(
      'instant.fromLocal(string, string): string',
      (_: unknown, local: string, zone: string) => fromLocal(local, zone),
      sync,
    );
}

const ENGLISH = { locale: 'en-US', numberingSystem: 'latn' } as const;

function parseDate(text: string, pattern: string): string {
  return read(text, pattern, 'UTC').toISODate();
}

function formatDate(date: string, pattern: string): string {
  if (canonicalDate(date) === null || date.endsWith('infinity')) return failed('date.format: not a date');
  return DateTime.fromISO(date, { zone: 'UTC', ...ENGLISH }).toFormat(short(pattern, 'the pattern'));
}

function parseInstant(text: string, pattern: string, zone: string): string {
  return canonical(read(text, pattern, zoneName(zone)).toUTC().toISO());
}

/** The wall clock of `zone`, microseconds kept. */
function toLocal(instant: string, zone: string): string {
  const local = shifted(instant, zone).toFormat("yyyy-MM-dd'T'HH:mm:ss");
  return local + fraction(instant);
}

/** A wall clock time that happened twice counts as the first; one that never happened fails. */
function fromLocal(local: string, zone: string): string {
  const parsed = canonicalDateTime(local, false);
  if (!('text' in parsed) || parsed.text.endsWith('infinity'))
    return failed('instant.fromLocal: not a local date and time');
  const whole = parsed.text.slice(0, 19);
  const time = DateTime.fromISO(whole, { zone: zoneName(zone) });
  if (time.toFormat("yyyy-MM-dd'T'HH:mm:ss") !== whole)
    return failed(`instant.fromLocal: ${whole} does not exist in ${zone}`);
  return time.toUTC().toFormat("yyyy-MM-dd'T'HH:mm:ss") + fraction(parsed.text) + 'Z';
}

function shifted(instant: string, zone: string): DateTime<true> {
  const parsed = canonicalDateTime(instant, true);
  if (!('text' in parsed) || parsed.text.endsWith('infinity')) return failed('instant: not an instant');
  const time = DateTime.fromISO(parsed.text, { zone: zoneName(zone), ...ENGLISH });
  return time.isValid ? time : failed('instant: not an instant');
}

/** Patterns → what Luxon makes of them, which takes it longer than to use it. */
const parsers = new BoundedMemo<TokenParser>(100);

function read(text: string, pattern: string, zone: string): DateTime<true> {
  const parser = parsers.get(pattern) ?? parsers.set(pattern, parserOf(pattern));
  const time = DateTime.fromFormatParser(short(text, 'the text'), parser, { zone, ...ENGLISH });
  return time.isValid ? time : failed(`not of the pattern ${pattern}`);
}

function parserOf(pattern: string): TokenParser {
  const tokens = short(pattern, 'the pattern').replace(/'[^']*'/g, '');
  if (!tokens.includes('y') || !/[ML]/.test(tokens) || !tokens.includes('d'))
    return failed('the pattern must hold year, month and day');
  // Several numbers side by side can be divided in more ways than can be tried.
  if (/([A-Za-z])\1*(?!\1)[^]*\1/.test(tokens)) return failed('the pattern names a part twice');
  return DateTime.buildFormatParser(pattern, ENGLISH);
}

function zoneName(zone: string): string {
  return zone === 'UTC' || IANAZone.isValidZone(zone) ? zone : failed(`${zone} is not a time zone`);
}

function fraction(time: string): string {
  return /\.\d+/.exec(time)?.[0] ?? '';
}

function canonical(iso: string): string {
  const result = canonicalDateTime(iso, true);
  return 'text' in result ? result.text : failed('the date lies outside the years 0001 to 9999');
}
