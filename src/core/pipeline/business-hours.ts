import { DateTime, IANAZone } from 'luxon';
import { durationMs } from './duration.js';

/** Hours of the week that count, in the time of a place. */
export interface BusinessHours {
  /** 1 (Monday) to 7. */
  readonly days: ReadonlySet<number>;
  /** Minutes after midnight. */
  readonly from: number;
  readonly to: number;
  /** IANA name. */
  readonly zone: string;
}

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const FORM =
  /^([A-Za-z]{3}(?:-[A-Za-z]{3})?(?:,[A-Za-z]{3}(?:-[A-Za-z]{3})?)*) (\d{2}):(\d{2})-(\d{2}):(\d{2}) (\S+)$/;

/** Longer than any time to decide that a file can state, in days of the calendar. */
const MOST_DAYS = 4_000;

/**
 * `Mon-Fri 09:00-18:00 Europe/Berlin`, `Sun-Thu,Sat 08:00-12:00 UTC`.
 *
 * @returns what is wrong with it, as what was expected, where it is none
 */
export function readBusinessHours(text: string): BusinessHours | string {
  const found = FORM.exec(text);
  if (found === null) return 'expected days, hours and a time zone: Mon-Fri 09:00-18:00 Europe/Berlin';
  const days = new Set<number>();
  for (const range of (found[1] ?? '').toLowerCase().split(',')) {
    const [first = '', last = first] = range.split('-');
    const [from, to] = [DAYS.indexOf(first), DAYS.indexOf(last)];
    if (from < 0 || to < 0) return `expected days as Mon, Tue, Wed, Thu, Fri, Sat or Sun, not ${range}`;
    for (let day = from; ; day = (day + 1) % 7) {
      days.add(day + 1);
      if (day === to) break;
    }
  }
  const minutes = (hour: number): number => Number(found[hour]) * 60 + Number(found[hour + 1]);
  const [from, to] = [minutes(2), minutes(4)];
  if (from >= to || to > 24 * 60 || Number(found[3]) > 59 || Number(found[5]) > 59)
    return 'expected hours of one day, the earlier first: 09:00-18:00';
  const zone = found[6] ?? '';
  if (!IANAZone.isValidZone(zone)) return `expected a time zone such as Europe/Berlin, not ${zone}`;
  return { days, from, to, zone };
}

/** How long a duration of a file is, in hours that count: a day is then a working day. Without hours it is what it says. */
export function workingMs(text: string, hours: BusinessHours | null): number {
  const days = /^(\d+)d$/.exec(text)?.[1];
  if (hours === null || days === undefined) return durationMs(text);
  return Number(days) * (hours.to - hours.from) * 60_000;
}

/**
 * When so much time that counts will have passed.
 *
 * @param from ms since the epoch
 */
export function afterWorking(from: number, ms: number, hours: BusinessHours | null): number {
  if (hours === null) return from + ms;
  let left = ms;
  let day = DateTime.fromMillis(from, { zone: hours.zone }).startOf('day');
  for (let n = 0; n < MOST_DAYS; n += 1) {
    if (hours.days.has(day.weekday)) {
      // By the clock on the wall: on a day that lost an hour at night, work begins when it always does.
      const begin = Math.max(from, atMinute(day, hours.from));
      const end = atMinute(day, hours.to);
      if (end > begin && left <= end - begin) return begin + left;
      left -= Math.max(0, end - begin);
    }
    day = day.plus({ days: 1 });
  }
  return day.toMillis();
}

function atMinute(day: DateTime, minute: number): number {
  return day.set({ hour: Math.floor(minute / 60), minute: minute % 60 }).toMillis();
}
