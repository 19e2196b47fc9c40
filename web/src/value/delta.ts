import type { Json } from '../api/types';
import { duration } from '../format/duration';
import { strings } from '../strings';

interface Held {
  readonly value: Json;
  /** As the system keeps it: `10500.00` shows that `10500` is an amount and no name. */
  readonly raw?: Json;
}

const DAY = 86_400;
const instant = /^\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:?\d{2})?)?$/;

/** By how much one number or time differs from another, in words: `+2,500 (+24 %)`, `8 days later`. `null` where that says nothing. */
export function deltaWords(before: Held, after: Held): string | null {
  const [was, is] = [numberOf(before), numberOf(after)];
  if (was !== null && is !== null) return was === is ? null : numberDelta(was, is);
  const [then, now] = [timeOf(before.value), timeOf(after.value)];
  if (then === null || now === null || then === now) return null;
  const seconds = Math.abs(now - then) / 1000;
  const span = seconds >= 2 * DAY ? strings.card.days(Math.round(seconds / DAY)) : duration(seconds);
  return now > then ? strings.card.later(span) : strings.card.earlier(span);
}

function numberDelta(was: number, is: number): string {
  const sign = is > was ? '+' : '−';
  // Not more digits than the values have: 0.3 − 0.1 is 0.2.
  const by = Number(Math.abs(is - was).toPrecision(12)).toLocaleString('en', { maximumFractionDigits: 6 });
  const percent = was === 0 ? null : Math.round((Math.abs(is - was) / Math.abs(was)) * 100);
  return percent === null || percent === 0 || percent > 999
    ? `${sign}${by}`
    : `${sign}${by} (${sign}${percent} %)`;
}

function numberOf({ value, raw }: Held): number | null {
  if (typeof value === 'number') return value;
  const isAmount = typeof value === 'string' && typeof raw === 'string' && /^-?\d+\.\d+$/.test(raw);
  return isAmount && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : null;
}

function timeOf(value: Json): number | null {
  if (typeof value !== 'string' || !instant.test(value)) return null;
  const time = Date.parse(value);
  return Number.isNaN(time) ? null : time;
}
