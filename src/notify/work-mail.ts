import type { MailConflictRow } from '../database/sql/notify/new-conflicts.js';
import type { SubjectRow } from '../database/sql/notify/take-work.js';
import type { Item, Letter } from './letter.js';
import { oneLine } from './mail-value.js';
import { mailedConflict } from './mailed-conflict.js';
import { listedItems, type NoticesMail } from './trouble-mail.js';

/** What happened in the queue that concerns somebody, as a notice keeps it. */
export interface WorkNews {
  readonly what: 'assigned' | 'asked' | 'opinion' | 'comment' | 'escalated' | 'risk' | 'due' | 'escalate';
  readonly pipeline: string;
  /** Empty: Accord itself. */
  readonly by: string;
  /** What was written: of one item then. */
  readonly text: string | null;
  readonly count: number;
  /** The first of them. */
  readonly items: readonly { readonly id: string; readonly subject: 'conflict' | 'guard' | 'halt' }[];
}

export type WorkEvent = 'assigned' | 'comments' | 'deadlines';

/** What notices are about, as it is now. */
export interface Subjects {
  readonly items: ReadonlyMap<string, SubjectRow>;
  readonly conflicts: ReadonlyMap<string, MailConflictRow>;
}

/** What of it holds still: what was decided meanwhile, or given to somebody else, is no news. `null`: nothing. */
export function stillOpen(news: WorkNews, personId: string, { items }: Subjects): WorkNews | null {
  const open = news.items.filter(({ id }) => {
    const now = items.get(id);
    if (now === undefined || now.state === 'closed' || now.state === 'held') return false;
    return news.what !== 'assigned' || now.assignee_id === personId;
  });
  const over = news.items.length - open.length;
  return open.length === 0 ? null : { ...news, items: open, count: news.count - over };
}

export function workLetter(
  event: WorkEvent,
  all: readonly WorkNews[],
  subjects: Subjects,
  publicUrl: string,
): Letter<NoticesMail> {
  const items = all.map((news) => workItem(news, subjects, publicUrl));
  const [first] = items;
  const [news] = all;
  const one = all.length === 1 && news?.count === 1 && first !== undefined;
  const conflict = one ? subjects.conflicts.get(news.items[0]?.id ?? '') : undefined;
  const about = conflict === undefined ? null : mailedConflict(conflict, publicUrl);
  const heading = one ? first.title : workHeading(event, all);
  return {
    kind: event,
    template: 'notices',
    thread: about === null ? 'queue' : `conflict.${about.id}`,
    data: {
      // The same for every mail about the conflict: clients thread by it.
      subject: about === null ? heading : `Conflict: ${about.title}: ${about.unit}`,
      heading,
      preheader: first?.sentence ?? heading,
      ...listedItems(items),
      link: one ? first.link : `${publicUrl}/conflicts`,
      linkText: one ? 'Look at it' : 'Open the conflicts',
    },
  };
}

export function workHeading(event: WorkEvent, all: readonly WorkNews[]): string {
  const n = all.reduce((sum, { count }) => sum + count, 0);
  const count = n.toLocaleString('en');
  switch (event) {
    case 'assigned':
      return `${count} ${n === 1 ? 'conflict was' : 'conflicts were'} given to you`;
    case 'comments':
      return n === 1 ? 'Somebody has written to you' : `${count} comments and questions for you`;
    case 'deadlines':
      return `${count} ${n === 1 ? 'conflict runs' : 'conflicts run'} out of time`;
  }
}

export function workItem(news: WorkNews, subjects: Subjects, publicUrl: string): Item {
  const named = news.items.map(({ id, subject }) => {
    const row = subjects.conflicts.get(id);
    if (row !== undefined) return mailedConflict(row, publicUrl);
    const link = `${publicUrl}/pipelines/${encodeURIComponent(news.pipeline)}`;
    return { title: news.pipeline, unit: subject === 'halt' ? 'halted' : 'a guard', hidden: false, link };
  });
  const [first] = named;
  const titles = named.map(({ title, unit }) => `${title}: ${unit}`);
  const rest = news.count - titles.length;
  if (news.count === 1 && first !== undefined)
    return {
      title: titles[0] ?? news.pipeline,
      // What somebody writes about personal data may quote it.
      sentence: sentenceOf(news, first.hidden),
      hint: null,
      link: first.link,
    };
  return {
    title: `${news.count.toLocaleString('en')} in ${news.pipeline}`,
    sentence: sentenceOf(news, true),
    hint: `${titles.join('; ')}${rest > 0 ? ` and ${rest.toLocaleString('en')} more` : ''}`,
    link: `${publicUrl}/conflicts?pipeline=${encodeURIComponent(news.pipeline)}`,
  };
}

function sentenceOf({ what, by, text, count }: WorkNews, hidden: boolean): string {
  const who = by === '' ? 'Accord' : oneLine(by);
  const written = text === null || text === '' || hidden ? null : oneLine(text);
  const one = count === 1;
  switch (what) {
    case 'assigned':
      return `${who} has given ${one ? 'it' : 'them'} to you.`;
    case 'asked':
      return written === null ? `${who} asks for your opinion.` : `${who} asks for your opinion: ${written}`;
    case 'opinion':
      return written === null ? `${who} has answered your question.` : `${who} has answered: ${written}`;
    case 'comment':
      return written === null ? `${who} has written a comment.` : `${who}: ${written}`;
    case 'escalated':
      return `Three people have passed ${one ? 'it' : 'each of them'} over: it is more urgent now.`;
    case 'risk':
      return `Four fifths of the time for ${one ? 'it' : 'them'} are used up.`;
    case 'due':
      return one ? 'It is overdue.' : 'They are overdue.';
    case 'escalate':
      return `${one ? 'It is' : 'They are'} overdue by half as much time again, and open still.`;
  }
}
