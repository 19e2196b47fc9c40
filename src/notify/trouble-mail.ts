import type { GuardKind } from '../core/guard.js';
import type { TrippedGuard } from '../database/sql/notify/take-trouble.js';
import { oneLine } from './mail-value.js';

/** What the templates of `trouble` are given. No values of records: what a guard holds may be personal data. */
export interface TroubleMail {
  readonly heading: string;
  readonly preheader: string;
  readonly items: readonly {
    readonly title: string;
    readonly sentence: string;
    readonly hint: string;
    readonly link: string;
  }[];
  readonly link: string;
  readonly linkText: string;
  readonly reason: string;
}

export interface Trouble {
  readonly guards: readonly TrippedGuard[];
  readonly halts: readonly { readonly pipeline: string; readonly detail: string | null }[];
}

/** Every pipeline that waits for a person, in one mail. */
export function troubleMail({ guards, halts }: Trouble, publicUrl: string): TroubleMail {
  const linkOf = (pipeline: string): string => `${publicUrl}/pipelines/${encodeURIComponent(pipeline)}`;
  const items = [
    ...halts.map(({ pipeline, detail }) => ({
      title: `${pipeline} is halted`,
      sentence: oneSentence(detail ?? 'The reason is not recorded.'),
      hint: 'Nothing is written to either side until somebody has looked and resumes it. No change is lost.',
      link: linkOf(pipeline),
    })),
    ...guards.map((guard) => ({
      title: `${guard.pipeline}: ${guard.label}`,
      sentence: whatHappened(guard),
      hint: `It is held back from ${oneLine(guard.other)}; everything else flows. Let it through, or take it back in ${oneLine(guard.label)}.`,
      link: linkOf(guard.pipeline),
    })),
  ];
  const [first] = items;
  const one = items.length === 1 && first !== undefined;
  return {
    heading: one ? first.title : `${items.length.toLocaleString('en')} pipelines or guards wait for a person`,
    preheader: one ? first.sentence : 'Something was stopped before it could do harm.',
    items,
    link: one ? first.link : `${publicUrl}/`,
    linkText: 'Open Accord',
    reason: 'You get this mail because this address is in MAIL_TO of this Accord service.',
  };
}

function whatHappened({ kind, subject, count, most }: TrippedGuard): string {
  const records = `${count.toLocaleString('en')} records`;
  const limit = `more than the ${most.toLocaleString('en')} that pass`;
  const said: Readonly<Record<GuardKind, string>> = {
    deletes: `${records} were deleted within a short time, ${limit}.`,
    blanking: `${oneLine(subject)} was wiped in ${records}, ${limit}.`,
    overwrite: `${oneLine(subject)} changed ${records} within a short time, ${limit}.`,
    canary: `The canary record ${oneLine(subject)} cannot be read, so nothing of this side is taken for deleted or wiped.`,
  };
  return said[kind];
}

/** Longer than a value: it says what to do. */
function oneSentence(text: string): string {
  return text
    .split('\n')
    .map((line) => oneLine(line))
    .join(' ');
}
