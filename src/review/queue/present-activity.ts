import { publicId } from '../../common/public-ids.js';
import { COVERED } from '../../common/covered.js';
import type { NoteRow } from '../../database/sql/review/notes.js';
import type { ActivityDto, ActivityKind } from './work.dto.js';

/** @param covered the values of the item are personal data that is not shown */
export function presentActivity(row: NoteRow, covered = false): ActivityDto {
  return {
    id: publicId.activity(row.id),
    at: row.at.toISOString(),
    kind: row.kind as ActivityKind,
    by: { kind: row.by_kind, name: row.by_name },
    about:
      row.about_id === null
        ? null
        : { id: publicId.person(row.about_id), name: row.about_name ?? 'somebody who is gone' },
    text: row.text,
    detail: covered && 'value' in row.detail ? { ...row.detail, value: COVERED } : row.detail,
  };
}
