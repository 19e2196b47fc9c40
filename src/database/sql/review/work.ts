import type { Statement } from '../statement.js';
import { WORK_COLUMNS, type WorkRow } from './conflict-rows.js';

/** An item as it is worked on, with the names that are needed to speak of it. */
export interface ItemRow extends WorkRow {
  readonly id: string;
  readonly pipeline_id: number;
  readonly pipeline: string;
  readonly pipeline_revision: number;
  readonly subject: 'conflict' | 'guard' | 'halt';
  readonly unit: string;
  readonly subject_rev: number;
  readonly item_state: 'open' | 'snoozed' | 'held' | 'closed';
  readonly opened_at: Date;
  readonly reopened_at: Date | null;
  readonly close_reason: string | null;
}

const columns = `
  i.id, i.pipeline_id, p.name as pipeline, p.revision as pipeline_revision, i.subject, i.unit, i.subject_rev, i.state as item_state,
  i.opened_at, i.reopened_at, i.close_reason, ${WORK_COLUMNS}`;

/** Parameters: id. */
export const lockItem: Statement<ItemRow> = {
  name: 'review_lock_item',
  text: `select ${columns} from review_item i join pipeline p on p.id = i.pipeline_id where i.id = $1 for no key update of i`,
};

/** Parameters: id. */
export const readItem: Statement<ItemRow> = {
  name: 'review_read_item',
  text: `select ${columns} from review_item i join pipeline p on p.id = i.pipeline_id where i.id = $1`,
};

/**
 * The first of these that nobody holds, locked; what others are about to take is passed over. Parameters: ids[] in order, who.
 */
export const takeFree: Statement<{ id: string }> = {
  name: 'review_take_free',
  text: `
  select i.id from review_item i
  where i.id = any($1::uuid[]) and i.state = 'open' and (i.lease_by is null or i.lease_by = $2 or i.lease_until <= clock_timestamp())
  order by array_position($1::uuid[], i.id) limit 1 for no key update skip locked`,
};

/** What somebody is at work on, longest first. Parameters: who. */
export const claimedBy: Statement<{ id: string }> = {
  name: 'review_claimed_by',
  text: `
  select id from review_item
  where lease_by = $1 and lease_until > clock_timestamp() and state = 'open' order by lease_until, id limit 20`,
};

/** Parameters: id, who, ms from now. */
export const claimItem: Statement<Record<string, never>> = {
  name: 'review_claim_item',
  text: `
  update review_item
  set lease_by = $2, lease_until = clock_timestamp() + $3::float8 * interval '1 millisecond', changed_at = clock_timestamp()
  where id = $1`,
};

/** Parameters: id. */
export const releaseItem: Statement<Record<string, never>> = {
  name: 'review_release_item',
  text: `update review_item set lease_by = null, lease_until = null, changed_at = clock_timestamp() where id = $1`,
};

/**
 * Settings of people, each with what it was where it is not to change.
 * Parameters: id, urgency, urgency by person, due at (null: none), due by, risk at, escalate at, assignee, turn.
 */
export const changeItem: Statement<Record<string, never>> = {
  name: 'review_change_item',
  text: `
  update review_item
  set urgency = $2, urgency_by_person = $3, due_at = coalesce($4::timestamptz, 'infinity'), due_by = $5, risk_at = $6, escalate_at = $7,
      assignee_id = $8, turn_id = $9, rev = rev + 1, changed_at = clock_timestamp()
  where id = $1`,
};

/** Parameters: id, until (null: until it changes), who, or when it changes. */
export const snoozeItem: Statement<Record<string, never>> = {
  name: 'review_snooze_item',
  text: `
  update review_item
  set state = 'snoozed', snoozed_until = $2, snoozed_by = $3, wake_on_change = $4, lease_by = null, lease_until = null, rev = rev + 1,
      changed_at = clock_timestamp()
  where id = $1`,
};

/** Parameters: id. */
export const wakeItem: Statement<Record<string, never>> = {
  name: 'review_wake_item',
  text: `
  update review_item set state = 'open', snoozed_until = null, rev = rev + 1, changed_at = clock_timestamp()
  where id = $1 and state = 'snoozed'`,
};

/** Parameters: id, of whom (null: anybody), by whom, question. */
export const askOpinion: Statement<Record<string, never>> = {
  name: 'review_ask_opinion',
  text: `
  update review_item
  set asked_at = clock_timestamp(), asked_of = $2, asked_by = $3, asked_question = $4, turn_id = $2, lease_by = null, lease_until = null,
      rev = rev + 1, changed_at = clock_timestamp()
  where id = $1`,
};

/** The turn goes back to whoever asked. Parameters: id. */
export const endOpinion: Statement<Record<string, never>> = {
  name: 'review_end_opinion',
  text: `
  update review_item
  set turn_id = asked_by, asked_at = null, asked_of = null, asked_by = null, asked_question = null, rev = rev + 1,
      changed_at = clock_timestamp()
  where id = $1`,
};

/** Parameters: id, whose turn it is (null: as it was). */
export const countComment: Statement<Record<string, never>> = {
  name: 'review_count_comment',
  text: `
  update review_item
  set comments = comments + 1, turn_id = coalesce($2, turn_id), rev = rev + case when $2::uuid is null or $2 = turn_id then 0 else 1 end,
      changed_at = clock_timestamp()
  where id = $1`,
};

/** Parameters: id, who, subject rev. Nothing when the same person has skipped the same before. */
export const rememberSkip: Statement<{ item_id: string }> = {
  name: 'review_remember_skip',
  text: `
  insert into review_skip as s (item_id, person_id, at, subject_rev) values ($1, $2, clock_timestamp(), $3)
  on conflict (item_id, person_id) do update set at = excluded.at, subject_rev = excluded.subject_rev
  returning item_id`,
};

/** Parameters: id. */
export const countSkips: Statement<{ n: number }> = {
  name: 'review_count_skips',
  text: `select count(*)::int as n from (select from review_skip where item_id = $1 limit 1000) s`,
};

/** Parameters: id, skips, urgency. */
export const skipItem: Statement<Record<string, never>> = {
  name: 'review_skip_item',
  text: `
  update review_item
  set skips = $2, urgency = $3, lease_by = null, lease_until = null, changed_at = clock_timestamp(),
      rev = rev + case when urgency = $3 then 0 else 1 end
  where id = $1`,
};

/** Tells the screens, when the transaction commits. Parameters: event. */
export const announceItem: Statement<Record<string, never>> = {
  name: 'review_announce_item',
  text: `select pg_notify('accord_events', $1)`,
};
