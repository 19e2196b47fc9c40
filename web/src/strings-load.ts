/** Words of the first load. */
const n = (value: number, one: string, many: string) =>
  `${value.toLocaleString('en')} ${value === 1 ? one : many}`;

export const loadStrings = {
  title: 'First load',
  progress: (done: number, total: number) =>
    `${done.toLocaleString('en')} of ${n(total, 'record', 'records')}`,
  rate: (rate: number) => `${Math.round(rate).toLocaleString('en')}/s`,
  atMost: (rate: string, side: string) => `at most ${rate} in ${side}`,
  left: (age: string) => `about ${age} left`,
  phases: {
    report: 'Waiting',
    pairs: 'Linking',
    'create-a': 'Creating',
    'create-b': 'Creating',
    'catch-up': 'Catching up',
    done: 'Done',
  } as Readonly<Record<string, string>>,
  rateOf: (label: string) => `Most made in ${label}`,
  rateNone: 'no limit, or 500/s',
  rateSet: 'Set',
  rateWhat: 'Changing how fast the load may be',
  report: 'What the first comparison found',
  linked: 'Linked by a key',
  scored: 'Linked by what they share',
  excluded: (label: string) => `Out of scope, or deleted, in ${label}`,
  onlyA: (label: string) => `Only in ${label}`,
  onlyB: (label: string) => `Only in ${label}`,
  ambiguous: 'To review',
  fields: (looked: number) => `Fields of ${n(looked, 'pair', 'pairs')} that would be linked`,
  equal: 'Equal',
  different: 'Different',
  samples: (count: number) =>
    count === 1 ? 'One that differs' : `${count.toLocaleString('en')} that differ`,
  pairs: 'Pairs that say least for themselves',
  linkedBy: (points: number) => `Linked with ${points.toLocaleString('en')} points`,
  asked: (points: number) => `To be asked about, ${points.toLocaleString('en')} points`,
  leftOut: (rule: string, key: string, a: number, b: number) =>
    `Not compared by ${rule}: ${a.toLocaleString('en')} and ${b.toLocaleString('en')} records share “${key}”.`,
  accept: 'Accept and load',
  acceptHint: 'Nothing is written before this is accepted.',
} as const;
