import type { NoticeRow } from '../database/sql/notify/notices.js';
import type { StandingRow } from '../database/sql/notify/standing.js';
import type { DigestPart } from './digest-mail.js';
import type { Letter } from './letter.js';
import { standsStill, troubleHeading, troubleItem, troubleLetter, type Trouble } from './trouble-mail.js';

/** Events of which every occurrence is a notice of its own. */
export const ITEM_EVENTS = ['pipelines'] as const;
export type ItemEvent = (typeof ITEM_EVENTS)[number];

/** @param at the pipeline as it is now */
export function stillNews(notice: NoticeRow, at: StandingRow | undefined): boolean {
  return standsStill(notice.facts as unknown as Trouble, at);
}

export function letterOf(event: ItemEvent, notices: readonly NoticeRow[], publicUrl: string): Letter {
  return troubleLetter(factsOf(event, notices), publicUrl);
}

/** The same as a part of a digest. */
export function partOf(event: ItemEvent, notices: readonly NoticeRow[], publicUrl: string): DigestPart {
  const troubles = factsOf(event, notices);
  return {
    words: troubleHeading(troubles),
    items: troubles.map((trouble) => troubleItem(trouble, publicUrl)),
  };
}

function factsOf(event: ItemEvent, notices: readonly NoticeRow[]): Trouble[] {
  return notices.filter((notice) => notice.event === event).map(({ facts }) => facts as unknown as Trouble);
}
