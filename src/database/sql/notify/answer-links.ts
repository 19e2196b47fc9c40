import type { Json } from '../../../core/value.js';
import type { Statement } from '../statement.js';

export interface ShownInMail {
  readonly key: 'a' | 'b';
  readonly label: string;
  readonly value: Json;
}

/** Parameters: JSON array of {id, person_id, conflict_id, conflict_rev, shown}, end ms. */
export const addAnswerLinks: Statement<Record<string, never>> = {
  name: 'notify_add_answer_links',
  text: `
  insert into answer_link (id, person_id, conflict_id, conflict_rev, shown, expires_at)
  select l.id, l.person_id, l.conflict_id, l.conflict_rev, l.shown, to_timestamp($2::float8 / 1000)
  from jsonb_to_recordset($1) as l(id uuid, person_id uuid, conflict_id uuid, conflict_rev int, shown jsonb)`,
};

export interface AnswerLinkRow {
  readonly person_id: string;
  readonly conflict_id: string;
  readonly conflict_rev: number;
  readonly shown: readonly ShownInMail[];
  readonly expires_at: Date;
  readonly used_at: Date | null;
  readonly decision_id: string | null;
}

const columns = 'person_id, conflict_id, conflict_rev, shown, expires_at, used_at, decision_id';

/** Parameters: id. */
export const answerLinkById: Statement<AnswerLinkRow> = {
  name: 'review_answer_link_by_id',
  text: `select ${columns} from answer_link where id = $1`,
};

/** Uses it up; of two who come at once, one gets it. Parameters: id, person, now ms. */
export const useAnswerLink: Statement<AnswerLinkRow> = {
  name: 'review_use_answer_link',
  text: `
  update answer_link set used_at = to_timestamp($3::float8 / 1000)
  where id = $1 and person_id = $2 and used_at is null and expires_at > to_timestamp($3::float8 / 1000)
  returning ${columns}`,
};

/** What was decided by it. Parameters: id, decision. */
export const setAnswerOfLink: Statement<Record<string, never>> = {
  name: 'review_set_answer_of_link',
  text: `update answer_link set decision_id = $2 where id = $1`,
};
