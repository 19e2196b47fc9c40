interface Trip {
  readonly kind: 'deletes' | 'blanking' | 'overwrite' | 'canary';
  readonly subject: string;
  readonly count: number;
  readonly most: number;
  readonly held: number;
}

const number = (value: number) => value.toLocaleString('en');
const things = (count: number) => `${number(count)} ${count === 1 ? 'change' : 'changes'}`;

/** What people read about guards that tripped. */
export const guardStrings = {
  title: ({ kind, subject, count, most }: Trip, label: string) => {
    switch (kind) {
      case 'deletes':
        return `${number(count)} records were deleted in ${label} (${number(most)} pass)`;
      case 'blanking':
        return `${subject} was wiped in ${number(count)} records of ${label} (${number(most)} pass)`;
      case 'overwrite':
        return `${subject} changed ${number(count)} records of ${label} (${number(most)} pass)`;
      case 'canary':
        return `The canary ${subject} of ${label} cannot be read`;
    }
  },
  held: (held: number, other: string) =>
    `${things(held)} held back from ${other} until somebody answers; everything else flows. Since`,
  show: (count: number) => (count === 1 ? 'Show it' : `Show ${number(count)} of them`),
  hide: 'Hide',
  look: (count: number) => (count === 1 ? 'Answer the guard' : `Answer the ${number(count)} guards`),
  answering: 'Answering a guard',
  release: (other: string) => `Let through to ${other}`,
  discard: (label: string) => `Take back in ${label}`,
  releaseDoes: ({ held, kind }: Trip, other: string) =>
    kind === 'deletes'
      ? `It was meant: the records are deleted in ${other} as well, where nothing was edited meanwhile. ${things(held)} go out at once.`
      : `It was meant: ${things(held)} go to ${other} at once.`,
  discardDoes: ({ held, kind }: Trip, label: string, other: string) =>
    kind === 'deletes'
      ? `It was not meant: the records are made again in ${label} from what ${other} still has. ${things(held)} are taken back.`
      : `It was not meant: ${label} gets back what ${other} still has. ${things(held)} are taken back.`,
  restored: {
    title: (label: string) => `${label} was restored or replaced: which is right?`,
    answering: 'Answering this',
    answer: 'Say which is right',
    does: {
      'give-back': (label: string) =>
        `It was an accident: every record of ${label} is read, and gets back what it lacks. What was edited there since the restore cannot be told from old values, and is given up.`,
      take: (label: string) =>
        `It was meant: what ${label} shows now counts as edits of unknown time, under the policies. What is missing there is deleted elsewhere only within the guards.`,
    },
    once: 'Nothing is written before this is answered, and it is answered once.',
    'give-back': (label: string) => `Give ${label} back what Accord knows`,
    take: (label: string) => `Take ${label} as it is`,
  },
  note: 'Why (kept in the audit log)',
  done: 'It is being carried out.',
};
