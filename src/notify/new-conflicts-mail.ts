import { LIFE } from '../core/plan.js';
import { publicId } from '../common/public-ids.js';
import type { NewConflictRow, NewConflicts } from '../database/sql/notify/take-new-conflicts.js';
import { oneLine, valueInMail } from './mail-value.js';

/** What the templates of `new-conflicts` are given. */
export interface NewConflictsMail {
  readonly one: boolean;
  readonly heading: string;
  readonly preheader: string;
  readonly conflicts: readonly MailedConflict[];
  /** Conflicts that are counted and not listed; 0 when all are listed. */
  readonly rest: string | null;
  /** Given when the conflicts are of several kinds: how many of each. */
  readonly groups: readonly { readonly name: string; readonly count: string }[];
  readonly link: string;
  readonly linkText: string;
  readonly reason: string;
}

export interface MailedConflict {
  readonly title: string;
  readonly unit: string;
  readonly pipeline: string;
  readonly why: string | null;
  readonly hidden: boolean;
  readonly values: readonly { readonly label: string; readonly value: string }[];
  readonly link: string;
}

const GROUPS_SHOWN = 12;
const count = (n: number, more = false): string => `${n.toLocaleString('en')}${more ? '+' : ''}`;

/** The mail about new conflicts: one in full, many as the most urgent few and how many of each kind there are. */
export function newConflictsMail(news: NewConflicts, publicUrl: string): NewConflictsMail {
  const conflicts = news.listed.map((row) => mailed(row, publicUrl));
  const [first] = conflicts;
  const one = news.total === 1 && first !== undefined;
  const pipelines = [...new Set(news.groups.map(({ pipeline }) => pipeline))];
  const only = pipelines.length === 1 ? pipelines[0] : undefined;
  const rest = news.total - conflicts.length;
  return {
    one,
    heading: one
      ? `${first.title}: ${first.unit}`
      : `${count(news.total, news.more)} new conflicts${only === undefined ? '' : ` in ${only}`}`,
    preheader: one
      ? `Two systems disagree about ${first.unit}, and a person must choose.`
      : 'Two systems disagree, and a person must choose.',
    conflicts,
    rest: rest > 0 ? count(rest, news.more) : null,
    groups: news.groups.length > 1 ? grouped(news, only === undefined) : [],
    link: one
      ? first.link
      : `${publicUrl}/conflicts${only === undefined ? '' : `?pipeline=${encodeURIComponent(only)}`}`,
    linkText: one ? 'Decide' : 'Open the conflicts',
    reason: 'You get this mail because this address is in MAIL_TO of this Accord service.',
  };
}

/** The thread a mail belongs to: its conflict, else its pipeline, else all conflicts. */
export function threadOf(news: NewConflicts): string {
  const [first] = news.listed;
  if (news.total === 1 && first !== undefined) return `conflict.${publicId.conflict(first.id)}`;
  const pipelines = new Set(news.groups.map(({ pipeline }) => pipeline));
  const [only] = pipelines;
  return pipelines.size === 1 && only !== undefined ? `pipeline.${only}` : 'conflicts';
}

function mailed(row: NewConflictRow, publicUrl: string): MailedConflict {
  const unit = row.unit === LIFE ? 'deleted?' : row.unit;
  const reason = oneLine(row.reason);
  return {
    title: oneLine(row.title),
    unit,
    pipeline: row.pipeline,
    // A reason may quote values; what must not be in a mail is not quoted in it either.
    why: row.pii ? null : reason.slice(0, 1).toUpperCase() + reason.slice(1),
    hidden: row.pii,
    values: row.pii
      ? []
      : row.candidates.flatMap(({ side, v }) =>
          side === undefined ? [] : [{ label: row.labels[side] ?? side, value: valueInMail(v) }],
        ),
    link: `${publicUrl}/conflicts/${publicId.conflict(row.id)}`,
  };
}

function grouped(news: NewConflicts, withPipeline: boolean): NewConflictsMail['groups'] {
  const named = news.groups.map((group) => ({
    name: withPipeline ? `${group.pipeline} · ${group.unit}` : group.unit,
    count: group.count,
  }));
  const shown = named.slice(0, GROUPS_SHOWN);
  const others = named.slice(GROUPS_SHOWN).reduce((sum, group) => sum + group.count, 0);
  return [...shown, ...(others > 0 ? [{ name: 'others', count: others }] : [])].map((group) => ({
    ...group,
    count: count(group.count),
  }));
}
