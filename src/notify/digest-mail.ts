import type { NewConflicts } from '../database/sql/notify/new-conflicts.js';
import type { Item, Letter, PageWords } from './letter.js';
import { conflictsHeading, listedConflicts, type ListedConflicts } from './new-conflicts-mail.js';
import { listedItems } from './trouble-mail.js';

/** A part of a digest that is no list of conflicts. */
export interface DigestPart {
  /** For the subject: `3 things were stopped`. */
  readonly words: string;
  readonly items: readonly Item[];
}

/** What the templates of `digest` are given. */
export interface DigestMail extends PageWords {
  readonly news: (ListedConflicts & { readonly title: string }) | null;
  readonly sections: readonly {
    readonly title: string;
    readonly items: readonly Item[];
    readonly rest: string | null;
  }[];
  readonly link: string;
  readonly linkText: string;
}

/** What was gathered for somebody, in one mail. */
export function digestLetter(
  news: NewConflicts | null,
  parts: readonly DigestPart[],
  publicUrl: string,
): Letter<DigestMail> {
  const titles = [...(news === null ? [] : [conflictsHeading(news)]), ...parts.map(({ words }) => words)];
  return {
    kind: 'digest',
    template: 'digest',
    thread: null,
    data: {
      subject: titles.join(', '),
      heading: 'What is new',
      preheader: `${titles.join('; ')}.`,
      news: news === null ? null : { title: conflictsHeading(news), ...listedConflicts(news, publicUrl) },
      sections: parts.map(({ words, items }) => ({ title: words, ...listedItems(items) })),
      link: news === null ? `${publicUrl}/` : `${publicUrl}/conflicts`,
      linkText: 'Open Accord',
    },
  };
}
