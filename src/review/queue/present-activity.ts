import { publicId } from '../../common/public-ids.js';
import type { Veil } from '../../common/veil.js';
import type { NoteRow } from '../../database/sql/review/notes.js';
import type { ActivityDto, ActivityKind } from './work.dto.js';

/** @param unit of the item: what its values are of */
export function presentActivity(row: NoteRow, unit: string, veil: Veil): ActivityDto {
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
    detail: 'value' in row.detail ? { ...row.detail, value: veil.over(unit, row.detail.value) } : row.detail,
  };
}
