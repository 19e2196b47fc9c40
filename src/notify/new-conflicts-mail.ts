import type { NewConflicts } from '../database/sql/notify/new-conflicts.js';
import { mailedConflict, unitInWords, type MailedConflict } from './mailed-conflict.js';
import type { Letter } from './letter.js';

/** A button that leads to the page on which the conflict is answered so; it decides nothing by itself. */
export interface Answer {
  readonly label: string;
  readonly link: string;
}

/** What the partial `conflicts` is given. */
export interface ListedConflicts {
  readonly conflicts: readonly MailedConflict[];
  /** Conflicts that are counted and not listed; `null` when all are listed. */
  readonly rest: string | null;
  /** Given when the conflicts are of several kinds: how many of each. */
  readonly groups: readonly { readonly name: string; readonly count: string }[];
}

/** What the templates of `new-conflicts` are given. */
export interface NewConflictsMail extends ListedConflicts {
  readonly subject: string;
  readonly one: boolean;
  readonly heading: string;
  readonly preheader: string;
  readonly answers: readonly Answer[];
  readonly link: string;
  readonly linkText: string;
}

const GROUPS_SHOWN = 12;
const count = (n: number, more = false): string => `${n.toLocaleString('en')}${more ? '+' : ''}`;

/**
 * The mail about new conflicts: one in full, many as the most urgent few and how many of each kind there are.
 *
 * @param answers for one conflict: what it can be answered with
 */
export function newConflictsLetter(
  news: NewConflicts,
  publicUrl: string,
  answers: readonly Answer[] = [],
): Letter<NewConflictsMail> {
  const listed = listedConflicts(news, publicUrl);
  const [first] = listed.conflicts;
  const one = news.total === 1 && first !== undefined;
  const pipelines = [...new Set(news.groups.map(({ pipeline }) => pipeline))];
  const only = pipelines.length === 1 ? (pipelines[0] ?? null) : null;
  const heading = one ? `${first.title}: ${first.unit}` : conflictsHeading(news);
  return {
    kind: 'conflicts',
    template: 'new-conflicts',
    thread: one ? `conflict.${first.id}` : only === null ? 'conflicts' : `pipeline.${only}`,
    data: {
      ...listed,
      // The same for every mail about the conflict: clients thread by it.
      subject: one ? `Conflict: ${heading}` : heading,
      one,
      heading,
      preheader: one
        ? `Two systems disagree about ${first.unit}, and a person must choose.`
        : 'Two systems disagree, and a person must choose.',
      answers: one ? answers : [],
      link: one
        ? first.link
        : `${publicUrl}/conflicts${only === null ? '' : `?pipeline=${encodeURIComponent(only)}`}`,
      linkText: one ? 'Look at it' : 'Open the conflicts',
    },
  };
}

export function conflictsHeading({ total, more, groups }: NewConflicts): string {
  const pipelines = new Set(groups.map(({ pipeline }) => pipeline));
  const [only] = pipelines;
  const words = `${count(total, more)} new conflict${total === 1 ? '' : 's'}`;
  return pipelines.size === 1 && only !== undefined ? `${words} in ${only}` : words;
}

export function listedConflicts(news: NewConflicts, publicUrl: string): ListedConflicts {
  const conflicts = news.listed.map((row) => mailedConflict(row, publicUrl));
  const rest = news.total - conflicts.length;
  const pipelines = new Set(news.groups.map(({ pipeline }) => pipeline));
  return {
    conflicts,
    rest: rest > 0 ? count(rest, news.more) : null,
    groups: news.groups.length > 1 ? grouped(news, pipelines.size > 1) : [],
  };
}

function grouped(news: NewConflicts, withPipeline: boolean): ListedConflicts['groups'] {
  const named = news.groups.map((group) => {
    const unit = unitInWords(group.unit);
    return { name: withPipeline ? `${group.pipeline} · ${unit}` : unit, count: group.count };
  });
  const shown = named.slice(0, GROUPS_SHOWN);
  const others = named.slice(GROUPS_SHOWN).reduce((sum, group) => sum + group.count, 0);
  return [...shown, ...(others > 0 ? [{ name: 'others', count: others }] : [])].map((group) => ({
    ...group,
    count: count(group.count),
  }));
}
