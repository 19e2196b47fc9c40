import type { PoolClient } from 'pg';
import { mailConflicts } from '../database/sql/notify/new-conflicts.js';
import type { NoticeRow } from '../database/sql/notify/notices.js';
import type { StandingRow } from '../database/sql/notify/standing.js';
import { itemsNow } from '../database/sql/notify/take-work.js';
import { run } from '../database/sql/statement.js';
import type { DigestPart } from './digest-mail.js';
import type { Letter } from './letter.js';
import { withTitleUnits } from './title-units.js';
import { standsStill, troubleHeading, troubleItem, troubleLetter, type Trouble } from './trouble-mail.js';
import { stillOpen, workHeading, workItem, workLetter, type Subjects, type WorkNews } from './work-mail.js';

/** Events of which every occurrence is a notice of its own. */
export const ITEM_EVENTS = ['pipelines', 'deadlines', 'assigned', 'comments'] as const;
export type ItemEvent = (typeof ITEM_EVENTS)[number];

/** What these notices are about, as it is now. */
export async function subjectsOf(client: PoolClient, notices: readonly NoticeRow[]): Promise<Subjects> {
  const ids = notices
    .filter(({ event }) => event !== 'pipelines' && event !== 'access')
    .flatMap((notice) => workOf(notice).items.map(({ id }) => id));
  if (ids.length === 0) return { items: new Map(), conflicts: new Map() };
  const items = await run(client, itemsNow, [ids]);
  const conflicts = await withTitleUnits(client, await run(client, mailConflicts, [ids]));
  return {
    items: new Map(items.map((item) => [item.id, item])),
    conflicts: new Map(conflicts.map((conflict) => [conflict.id, conflict])),
  };
}

/**
 * The notice as far as it holds still; `null`: it does not.
 *
 * @param at the pipeline as it is now
 */
export function stillNews(
  notice: NoticeRow,
  at: StandingRow | undefined,
  subjects: Subjects,
): NoticeRow | null {
  if (notice.event === 'pipelines')
    return standsStill(notice.facts as unknown as Trouble, at) ? notice : null;
  const news = stillOpen(workOf(notice), notice.recipient, subjects);
  return news === null
    ? null
    : { ...notice, facts: { ...news, items: news.items.map((item) => ({ ...item })) } };
}

export function letterOf(
  event: ItemEvent,
  notices: readonly NoticeRow[],
  subjects: Subjects,
  publicUrl: string,
): Letter {
  const those = notices.filter((notice) => notice.event === event);
  return event === 'pipelines'
    ? troubleLetter(those.map(troubleOf), publicUrl)
    : workLetter(event, those.map(workOf), subjects, publicUrl);
}

/** The same as a part of a digest. */
export function partOf(
  event: ItemEvent,
  notices: readonly NoticeRow[],
  subjects: Subjects,
  publicUrl: string,
): DigestPart {
  const those = notices.filter((notice) => notice.event === event);
  if (event === 'pipelines') {
    const troubles = those.map(troubleOf);
    return {
      words: troubleHeading(troubles),
      items: troubles.map((trouble) => troubleItem(trouble, publicUrl)),
    };
  }
  const all = those.map(workOf);
  return { words: workHeading(event, all), items: all.map((news) => workItem(news, subjects, publicUrl)) };
}

function troubleOf({ facts }: NoticeRow): Trouble {
  return facts as unknown as Trouble;
}

function workOf({ facts }: NoticeRow): WorkNews {
  return facts as unknown as WorkNews;
}
