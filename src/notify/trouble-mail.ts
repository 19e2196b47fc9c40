import type { GuardKind } from '../core/guard.js';
import type { VoidOrder } from '../database/sql/matching/order-ends.js';
import type { Halt, PauseNews, TrippedGuard } from '../database/sql/notify/take-trouble.js';
import type { StandingRow } from '../database/sql/notify/standing.js';
import type { Item, Letter, PageWords } from './letter.js';
import { oneLine } from './mail-value.js';

/** What was stopped, as a notice keeps it. No values of records: what a guard holds may be personal data. */
export type Trouble =
  | ({ readonly what: 'not-linked' } & Pick<VoidOrder, 'pipeline' | 'a' | 'b' | 'why'>)
  | ({ readonly what: 'halted' } & Pick<Halt, 'pipeline' | 'detail'>)
  | ({ readonly what: 'paused' } & Pick<PauseNews, 'pipeline' | 'label' | 'by' | 'reason'>)
  | ({ readonly what: 'guard' } & Pick<
      TrippedGuard,
      'id' | 'pipeline' | 'label' | 'other' | 'kind' | 'subject' | 'count' | 'most'
    >);

/** What the templates of `notices` are given. */
export interface NoticesMail extends PageWords {
  readonly items: readonly Item[];
  readonly rest: string | null;
  readonly link: string;
  readonly linkText: string;
}

const ITEMS_SHOWN = 20;

/** Whether what was stopped stands still now: what somebody has put right meanwhile is no news. */
export function standsStill(trouble: Trouble, now: StandingRow | undefined): boolean {
  if (now === undefined) return false;
  switch (trouble.what) {
    case 'not-linked':
      return true;
    case 'halted':
      return now.halted;
    case 'paused':
      return trouble.label === null ? now.paused : now.paused_sides.includes(trouble.label);
    case 'guard':
      return now.open_guards.includes(trouble.id);
  }
}

export function troubleLetter(troubles: readonly Trouble[], publicUrl: string): Letter<NoticesMail> {
  const items = troubles.map((trouble) => troubleItem(trouble, publicUrl));
  const pipelines = [...new Set(troubles.map(({ pipeline }) => pipeline))];
  const only = pipelines.length === 1 ? pipelines[0] : undefined;
  const [first] = items;
  const one = items.length === 1 && first !== undefined;
  const heading = one ? first.title : troubleHeading(troubles);
  return {
    kind: 'pipelines',
    template: 'notices',
    thread: only === undefined ? 'pipelines' : `pipeline.${only}`,
    data: {
      // The same for every mail about the pipeline: clients thread by it.
      subject: only === undefined ? heading : `Pipeline ${only}: something was stopped`,
      heading,
      preheader: one ? first.sentence : 'Something was stopped before it could do harm.',
      ...listedItems(items),
      link: one ? first.link : `${publicUrl}/`,
      linkText: 'Open Accord',
    },
  };
}

export function troubleHeading(troubles: readonly Trouble[]): string {
  const pipelines = new Set(troubles.map(({ pipeline }) => pipeline));
  const [only] = pipelines;
  const words = `${troubles.length.toLocaleString('en')} ${troubles.length === 1 ? 'thing was' : 'things were'} stopped`;
  return pipelines.size === 1 && only !== undefined
    ? `${only}: ${words}`
    : `${words} in ${pipelines.size} pipelines`;
}

export function listedItems(items: readonly Item[]): Pick<NoticesMail, 'items' | 'rest'> {
  const rest = items.length - ITEMS_SHOWN;
  return { items: items.slice(0, ITEMS_SHOWN), rest: rest > 0 ? rest.toLocaleString('en') : null };
}

export function troubleItem(trouble: Trouble, publicUrl: string): Item {
  const { pipeline } = trouble;
  const link = `${publicUrl}/pipelines/${encodeURIComponent(pipeline)}`;
  switch (trouble.what) {
    case 'not-linked':
      return {
        title: `${pipeline}: two records were not linked`,
        sentence: `${oneLine(trouble.a)} and ${oneLine(trouble.b)}, as you had ordered: ${oneSentence(trouble.why)}.`,
        hint: 'Nothing was changed. Look at the two, and order it again if they are the same.',
        link,
      };
    case 'halted':
      return {
        title: `${pipeline} is halted`,
        sentence: oneSentence(trouble.detail ?? 'The reason is not recorded.'),
        hint: 'Nothing is written to either side until somebody has looked and resumes it. No change is lost.',
        link,
      };
    case 'paused': {
      const { label, by, reason } = trouble;
      return {
        title: label === null ? `${pipeline} is paused` : `${pipeline}: ${label} is paused`,
        sentence: `By ${by === '' ? 'Accord' : oneLine(by)}${reason === null || reason === '' ? '.' : `: ${oneLine(reason)}`}`,
        hint: `Nothing is written ${label === null ? 'to either side' : `to ${oneLine(label)}`} until somebody resumes it. No change is lost.`,
        link,
      };
    }
    case 'guard':
      return {
        title: `${pipeline}: ${trouble.label}`,
        sentence: whatHappened(trouble),
        hint: `It is held back from ${oneLine(trouble.other)}; everything else flows. Let it through, or take it back in ${oneLine(trouble.label)}.`,
        link,
      };
  }
}

function whatHappened({
  kind,
  subject,
  count,
  most,
}: Pick<TrippedGuard, 'kind' | 'subject' | 'count' | 'most'>): string {
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
