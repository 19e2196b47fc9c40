export type Wake = 'hours' | 'tomorrow' | 'week' | 'change';

/** When a snoozed item comes back, by the reader's own clock; `null`: only when it changes. */
export function wakeTimes(now: Date): Readonly<Record<Wake, string | null>> {
  const morning = (days: number): string => {
    const at = new Date(now);
    at.setDate(at.getDate() + days);
    at.setHours(9, 0, 0, 0);
    return at.toISOString();
  };
  // Monday; on a Monday, the next one.
  const toMonday = (8 - now.getDay()) % 7 === 0 ? 7 : (8 - now.getDay()) % 7;
  return {
    hours: new Date(now.getTime() + 4 * 3_600_000).toISOString(),
    tomorrow: morning(1),
    week: morning(toMonday),
    change: null,
  };
}
