const many = (value: number, one: string, more: string) =>
  `${value.toLocaleString('en')} ${value === 1 ? one : more}`;

const some = (value: number) => (value === 0 ? 'none' : value.toLocaleString('en'));

/** Words of the charts of conflicts: what came, what went, and how long the rest has waited. */
export const flowStrings = {
  titleOf: (pipeline: string) => `Conflicts of ${pipeline}`,
  by: { hour: '24 h', day: '14 days' },
  byLabel: 'Time shown',
  last: { hour: 'In the last 24 hours', day: 'In the last 14 days' },
  summary: (opened: number, closed: number) =>
    `${some(opened)} came, ${some(closed)} ${closed < 2 ? 'was' : 'were'} closed`,
  quiet: 'none came, none was closed',
  ages: 'How long the open ones have waited',
  age: (under: number | null, before: number | null) =>
    before === null
      ? `under ${span(under)}`
      : under === null
        ? `over ${span(before)}`
        : `${span(before)} to ${span(under)}`,
  count: (count: number) => many(count, 'conflict', 'conflicts'),
  oldest: 'the oldest came',
  noneOpen: 'None is open.',
} as const;

function span(seconds: number | null): string {
  if (seconds === null) return '';
  if (seconds < 86_400) return `${String(seconds / 3_600)} h`;
  const days = seconds / 86_400;
  return days === 1 ? '1 day' : `${String(days)} days`;
}
