import { DateTime, IANAZone } from 'luxon';

/** Hours of a day in which somebody wants no mail, `HH:MM` to `HH:MM` where they live; may go over midnight. */
export interface QuietHours {
  readonly from: string;
  readonly to: string;
}

export const TIME_OF_DAY = /^([01]\d|2[0-3]):[0-5]\d$/;

export function isTimeZone(name: string): boolean {
  return IANAZone.isValidZone(name);
}

/** @param now ms */
export function isQuiet(now: number, zone: string, quiet: QuietHours | null): boolean {
  if (quiet === null || quiet.from === quiet.to) return false;
  const time = localTime(now, zone);
  return quiet.from < quiet.to
    ? time >= quiet.from && time < quiet.to
    : time >= quiet.from || time < quiet.to;
}

/** Whether it is time for what comes once a day: today's hour has come, and the last one was on an earlier day there. */
export function isDailyDue(now: number, zone: string, at: string, last: number): boolean {
  return localTime(now, zone) >= at && localDay(last, zone) < localDay(now, zone);
}

export function localDay(now: number, zone: string): string {
  return DateTime.fromMillis(now, { zone }).toFormat('yyyy-MM-dd');
}

function localTime(now: number, zone: string): string {
  return DateTime.fromMillis(now, { zone }).toFormat('HH:mm');
}
