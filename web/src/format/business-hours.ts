const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/**
 * Whether work may be due then: within hours such as `Mon-Fri 09:00-18:00 Europe/Berlin`, or just when they end; true for what cannot be read:
 * the service has checked it.
 */
export function isWorkingTime(hours: string, at: Date): boolean {
  const [days = '', span = '', zone = ''] = hours.split(' ');
  const [from = '', to = ''] = span.split('-');
  const parts = partsIn(zone, at);
  if (parts === null || to === '') return true;
  const isWithin = ({ time, day }: InZone) => from <= time && time < to && daysIn(days).has(day);
  // Hours to 24:00 end when the next day has begun.
  const before = partsIn(zone, new Date(at.getTime() - 1));
  return isWithin(parts) || (before !== null && isWithin(before));
}

function daysIn(days: string): ReadonlySet<number> {
  const found = new Set<number>();
  for (const range of days.toLowerCase().split(',')) {
    const [first = '', last = first] = range.split('-');
    const to = DAYS.indexOf(last);
    for (let day = DAYS.indexOf(first), n = 0; n < 7; day = (day + 1) % 7, n++) {
      found.add(day);
      if (day === to) break;
    }
  }
  return found;
}

interface InZone {
  readonly day: number;
  readonly time: string;
}

function partsIn(timeZone: string, at: Date): InZone | null {
  try {
    const format = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
    return {
      day: DAYS.indexOf((part.weekday ?? '').toLowerCase()),
      time: `${part.hour ?? ''}:${part.minute ?? ''}`,
    };
  } catch {
    return null;
  }
}
