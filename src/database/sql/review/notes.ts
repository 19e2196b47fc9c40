import type { Json } from '../../../core/value.js';
import type { Statement } from '../statement.js';

export interface NoteRow {
  readonly id: string;
  readonly item_id: string;
  readonly at: Date;
  readonly kind: string;
  readonly rev: number;
  readonly by_kind: 'person' | 'token' | 'service';
  readonly by_name: string;
  readonly person_id: string | null;
  readonly about_id: string | null;
  readonly about_name: string | null;
  readonly text: string | null;
  readonly detail: Readonly<Record<string, Json>>;
}

const select = `select n.*, p.name as about_name from review_note n left join person p on p.id = n.about_id`;

/** Newest first, along review_note_item: ids rise with time. Parameters: item, before id, limit. */
export const notesOfItem: Statement<NoteRow> = {
  name: 'review_notes_of_item',
  text: `${select} where n.item_id = $1 and n.id < $2::uuid order by n.id desc limit $3`,
};

/** What was set after a version of the item, oldest first. Parameters: item, rev. */
export const notesSince: Statement<NoteRow> = {
  name: 'review_notes_since',
  text: `${select} where n.item_id = $1 and n.rev > $2 and n.kind <> 'comment' order by n.id desc limit 20`,
};

/** Parameters: id, item, kind, rev, kind of who, name of who, person, about, text, detail. */
export const insertNote: Statement<Record<string, never>> = {
  name: 'review_insert_note',
  text: `
  insert into review_note (id, item_id, kind, rev, by_kind, by_name, person_id, about_id, text, detail)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
};

/** Parameters: keys[]. */
export const namesOf: Statement<{ id: string; name: string }> = {
  name: 'review_names_of',
  text: `select id, name from person where id = any($1::uuid[])`,
};

/** People who may decide on a pipeline, stewards alone where asked. Parameters: pipeline name, roles[]. */
export const reviewersOf: Statement<{ id: string; name: string }> = {
  name: 'review_reviewers_of',
  text: `
  select p.id, p.name from person p
  where p.state = 'active' and exists (
    select from person_grant g where g.person_id = p.id and g.pipeline in ('*', $1) and g.role = any($2::text[]))
  order by lower(p.name), p.id limit 1000`,
};
