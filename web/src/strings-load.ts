/** Words of the first load. */
const n = (value: number, one: string, many: string) =>
  `${value.toLocaleString('en')} ${value === 1 ? one : many}`;

export const loadStrings = {
  title: 'First load',
  progress: (done: number, total: number) =>
    `${done.toLocaleString('en')} of ${n(total, 'record', 'records')}`,
  rate: (rate: number) => `${Math.round(rate).toLocaleString('en')}/s`,
  left: (age: string) => `about ${age} left`,
  phases: { link: 'Linking', create: 'Creating', compare: 'Comparing', done: 'Done' } as Readonly<
    Record<string, string>
  >,
  report: 'What the first comparison found',
  linked: 'On both sides',
  onlyA: (label: string) => `Only in ${label}`,
  onlyB: (label: string) => `Only in ${label}`,
  ambiguous: 'Ambiguous',
  accept: 'Accept and load',
  acceptHint: 'Nothing is written before this is accepted.',
} as const;
