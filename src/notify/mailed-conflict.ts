import { publicId } from '../common/public-ids.js';
import { personalData } from '../core/pipeline/personal-data.js';
import { LIFE } from '../core/plan.js';
import type { Json } from '../core/value.js';
import type { MailConflictRow } from '../database/sql/notify/new-conflicts.js';
import type { ShownInMail } from '../database/sql/notify/answer-links.js';
import { oneLine, valueInMail } from './mail-value.js';

/** A conflict as mails show it. */
export interface MailedConflict {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly pipeline: string;
  readonly why: string | null;
  /** The values are personal data: they are not in the mail. */
  readonly hidden: boolean;
  readonly values: readonly { readonly label: string; readonly value: string }[];
  readonly link: string;
}

const MATCH = '$match';

export function mailedConflict(row: MailConflictRow, publicUrl: string): MailedConflict {
  const personal = personalOf(row);
  const hidden = personal.hides(row.unit);
  const reason = oneLine(row.reason);
  const id = publicId.conflict(row.id);
  return {
    id,
    title: personal.title ? nameless(row) : oneLine(row.title),
    unit: unitInWords(row.unit),
    pipeline: row.pipeline,
    // A reason may quote values; what must not be in a mail is not quoted in it either.
    why: hidden ? null : reason.slice(0, 1).toUpperCase() + reason.slice(1),
    hidden,
    values: hidden
      ? []
      : row.candidates.flatMap(({ side, v }) =>
          side === undefined || side === null
            ? []
            : [{ label: row.labels[side] ?? side, value: valueInMail(named(row, v)) }],
        ),
    link: `${publicUrl}/conflicts/${id}`,
  };
}

function named({ names }: MailConflictRow, value: Json): Json {
  return (typeof value === 'string' ? names?.get(value) : undefined) ?? value;
}

/** What a link in a mail can take: the value of either side. */
export function answerable(row: MailConflictRow): ShownInMail[] {
  if (row.kind === 'match' || row.state !== 'open') return [];
  return row.candidates.flatMap(({ key, side, v }) =>
    (key === 'a' || key === 'b') && (side === 'A' || side === 'B')
      ? [{ key, label: row.labels[side] ?? side, value: v }]
      : [],
  );
}

/** What such a link says. Never a value: mails are forwarded. */
export function answerLabel(row: MailConflictRow, { label, value }: ShownInMail): string {
  if (row.unit !== LIFE) return `Take ${oneLine(label)}`;
  return value === 'deleted' ? 'Let it be deleted' : 'Keep the record';
}

export function unitInWords(unit: string): string {
  return unit === LIFE ? 'deleted?' : unit === MATCH ? 'the same record?' : unit;
}

function personalOf({ fields, groups, title_unit }: MailConflictRow): ReturnType<typeof personalData> {
  return personalData(fields === null ? null : { fields, ...(groups !== null && { groups }) }, title_unit);
}

/** A record whose name is personal data is called by its number. */
function nameless({ link_id: link, pipeline }: MailConflictRow): string {
  return link === null ? `A record of ${pipeline}` : publicId.record(link);
}
