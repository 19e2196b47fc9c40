import { strings } from '../strings';
import { useNow } from './beat';
import { duration } from './duration';
import { TimeTip } from './time-tip';

const local = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium' });
const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });

export function exact(at: string): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? at : `${local.format(date)} · ${date.toISOString()}`;
}

const hour = new Intl.DateTimeFormat('en-GB', { weekday: 'short', hour: '2-digit', minute: '2-digit' });

/** When an hour, or a day of UTC, began. */
export function hourOrDay(at: string, step: 'hour' | 'day'): string {
  return step === 'hour' ? hour.format(new Date(at)) : at.slice(0, 10);
}

export function ago(at: string, now: number): string {
  const seconds = (now - Date.parse(at)) / 1000;
  if (Number.isNaN(seconds)) return at;
  // What is to come; the clocks of browser and service differ a little.
  if (seconds < -30) return ahead(-seconds, at);
  if (seconds < 5) return strings.time.now;
  const largest = duration(seconds).split(' ').slice(0, 2).join(' ');
  return seconds > 30 * 86_400 ? day.format(new Date(at)) : `${largest} ago`;
}

function ahead(seconds: number, at: string): string {
  return seconds > 30 * 86_400 ? day.format(new Date(at)) : strings.time.ahead(duration(seconds));
}

/** Relative, kept fresh; exact local and UTC time on hover and focus. */
export function Ago({ at }: { readonly at: string | null }) {
  const now = useNow(10_000);
  if (at === null) return <span>{strings.time.never}</span>;
  return (
    <TimeTip at={at} tip={() => exact(at)}>
      {ago(at, now)}
    </TimeTip>
  );
}

/** When an edit was made, as far as it is known: a point, or the interval in which it certainly lies. */
export function When({ at }: { readonly at: { readonly from: string; readonly to: string } | null }) {
  if (at === null) return <span>{strings.time.unknown}</span>;
  const wide = Date.parse(at.to) - Date.parse(at.from) >= 2_000;
  const text = wide
    ? `${strings.time.between} ${point(at.from)} ${strings.time.and} ${point(at.to)}`
    : point(at.to);
  return (
    <TimeTip at={at.to} tip={() => (wide ? `${exact(at.from)} – ${exact(at.to)}` : exact(at.to))}>
      {text}
    </TimeTip>
  );
}

function point(at: string): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return at;
  const today = date.toDateString() === new Date().toDateString();
  return today ? clock.format(date) : local.format(date);
}
