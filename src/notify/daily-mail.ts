import type { DailyRow } from '../database/sql/notify/daily.js';
import type { Letter, PageWords } from './letter.js';

/** What the templates of `daily` are given. */
export interface DailyMail extends PageWords {
  readonly pipelines: readonly {
    readonly name: string;
    readonly sentence: string;
    readonly opened: string;
    readonly closed: string;
    readonly oldest: string | null;
    /** What stands still; `null`: nothing. */
    readonly stopped: string | null;
    readonly link: string;
  }[];
  readonly link: string;
  readonly linkText: string;
}

const DAY_MS = 86_400_000;
const n = (count: number): string => count.toLocaleString('en');

/** How things stand, once a day. `null` where nothing is to be said: nothing waits, nothing happened. */
export function dailyLetter(
  rows: readonly DailyRow[],
  now: number,
  publicUrl: string,
): Letter<DailyMail> | null {
  const told = rows.filter((row) => row.open + row.opened + row.closed > 0 || stoppedWords(row) !== null);
  if (told.length === 0) return null;
  const open = told.reduce((sum, row) => sum + row.open, 0);
  const closed = told.reduce((sum, row) => sum + row.closed, 0);
  return {
    kind: 'daily',
    template: 'daily',
    thread: 'daily',
    data: {
      subject:
        open === 0
          ? 'Today: no conflict waits'
          : `Today: ${n(open)} ${open === 1 ? 'conflict waits' : 'conflicts wait'}`,
      heading:
        open === 0
          ? 'No conflict waits for a decision'
          : `${n(open)} ${open === 1 ? 'conflict waits' : 'conflicts wait'} for a decision`,
      preheader: `${n(closed)} closed within a day.`,
      pipelines: told.map((row) => ({
        name: row.pipeline,
        sentence: row.open === 0 ? 'nothing waits' : `${n(row.open)} open`,
        opened: n(row.opened),
        closed: n(row.closed),
        oldest: row.oldest === null ? null : age(now - row.oldest.getTime()),
        stopped: stoppedWords(row),
        link: `${publicUrl}/conflicts?pipeline=${encodeURIComponent(row.pipeline)}`,
      })),
      link: `${publicUrl}/conflicts`,
      linkText: 'Open the conflicts',
    },
  };
}

function stoppedWords({ state, paused, guards }: DailyRow): string | null {
  const words = [
    ...(state === 'halted' ? ['halted'] : []),
    ...(paused ? ['paused'] : []),
    ...(guards > 0 ? [`${n(guards)} ${guards === 1 ? 'guard waits' : 'guards wait'} for an answer`] : []),
  ];
  return words.length === 0 ? null : words.join(', ');
}

function age(ms: number): string {
  const days = Math.floor(ms / DAY_MS);
  if (days >= 1) return days === 1 ? 'a day old' : `${n(days)} days old`;
  const hours = Math.floor(ms / 3_600_000);
  return hours < 1 ? 'less than an hour old' : hours === 1 ? 'an hour old' : `${n(hours)} hours old`;
}
