/** Words of the chart of how far the sides were behind. */
export const lagStrings = {
  title: 'How far they were behind',
  last: { hour: 'In the last 24 hours', day: 'In the last 14 days' },
  most: (from: string, to: string, behind: string) => `${from} → ${to} at most ${behind}`,
  never: (from: string, to: string) => `${from} → ${to} was not measured`,
  kept: 'less than a second',
  none: 'not measured',
  at: (when: string, a: string, b: string) => `${when}: ${a}; ${b}`,
  scale: 'The scale is logarithmic. Red: a minute and more. Grey: not measured.',
} as const;
