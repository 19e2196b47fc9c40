import type { Json } from '../../../core/value.js';
import type { Statement } from '../statement.js';

export interface NewNotice {
  readonly id: string;
  readonly recipient: string;
  readonly event: string;
  readonly pipeline_id: number | null;
  readonly conflict_id: string | null;
  readonly facts: Json;
}

/** Parameters: JSON array of notices, now. */
export const addNotices: Statement<Record<string, never>> = {
  name: 'notify_add_notices',
  text: `
  insert into notice (id, recipient, event, pipeline_id, conflict_id, facts, at)
  select n.id, n.recipient, n.event, n.pipeline_id, n.conflict_id, n.facts, $2::timestamptz
  from jsonb_to_recordset($1) as n(id uuid, recipient text, event text, pipeline_id int, conflict_id uuid, facts jsonb)`,
};

export interface NoticeRow {
  readonly id: string;
  readonly recipient: string;
  readonly event: string;
  readonly pipeline_id: number | null;
  readonly conflict_id: string | null;
  readonly facts: Json;
  readonly at: Date;
}

/** What waits, oldest first, so many for each recipient at most. Parameters: limit. */
export const waitingNotices: Statement<NoticeRow> = {
  name: 'notify_waiting_notices',
  text: `
  select n.* from (select distinct recipient from notice where told_at is null) r
  cross join lateral (
    select id, recipient, event, pipeline_id, conflict_id, facts, at from notice
    where recipient = r.recipient and told_at is null order by at, id limit $1) n`,
};

/** Parameters: keys[], now. */
export const markTold: Statement<Record<string, never>> = {
  name: 'notify_mark_told',
  text: `update notice set told_at = $2::timestamptz where id = any($1::uuid[])`,
};
