import type { Statement } from '../statement.js';

export interface WorkNote {
  readonly item_id: string;
  readonly subject: 'conflict' | 'guard' | 'halt';
  readonly pipeline_id: number;
  readonly pipeline: string;
  readonly kind: 'assigned' | 'asked' | 'opinion' | 'escalated' | 'turn' | 'comment';
  readonly by_kind: 'person' | 'token' | 'service';
  readonly by_name: string;
  readonly person_id: string | null;
  readonly about_id: string | null;
  readonly assignee_id: string | null;
  readonly text: string | null;
}

/**
 * Marks what people said and did in the queue, and that concerns somebody, as told; for the transaction that stores the notices. A comment
 * that passes the turn on comes with a note of that, which says nothing of its own. Parameters: limit.
 */
export const takeWork: Statement<WorkNote> = {
  name: 'notify_take_work',
  text: `
  with told as (
    update review_note set told_at = now()
    where id in (
      select id from review_note
      where told_at is null and kind in ('assigned', 'asked', 'opinion', 'escalated', 'turn') order by at limit $1 for update skip locked)
      or id in (select id from review_note where told_at is null and kind = 'comment' order by at limit $1 for update skip locked)
    returning *)
  select t.item_id, i.subject, i.pipeline_id, p.name as pipeline, t.kind, t.by_kind, t.by_name, t.person_id, t.about_id, i.assignee_id, t.text
  from told t join review_item i on i.id = t.item_id join pipeline p on p.id = i.pipeline_id
  where t.kind <> 'turn' and i.state <> 'closed' order by t.at, t.id`,
};

export interface DueItem {
  readonly id: string;
  readonly subject: WorkNote['subject'];
  readonly pipeline_id: number;
  readonly pipeline: string;
  readonly assignee_id: string | null;
  readonly at: string;
}

/** Steps of a deadline: at risk, passed, long passed. */
export const DEADLINE_STEPS = ['risk', 'due', 'escalate'] as const;
export type DeadlineStep = (typeof DEADLINE_STEPS)[number];

const reached = (step: DeadlineStep): Statement<DueItem> => ({
  name: `notify_reached_${step}`,
  text: `
  select i.id, i.subject, i.pipeline_id, p.name as pipeline, i.assignee_id, i.${step}_at::text as at
  from review_item i join pipeline p on p.id = i.pipeline_id
  where i.state = 'open' and i.${step}_at > $1::timestamptz and i.${step}_at <= $2::timestamptz
  order by i.${step}_at limit $3`,
});

/** What has come to a step within a time, along the index of that step. Parameters: after, until, limit. */
export const reachedStep: Readonly<Record<DeadlineStep, Statement<DueItem>>> = {
  risk: reached('risk'),
  due: reached('due'),
  escalate: reached('escalate'),
};

/**
 * What ran out of time while it was put off, and is back; it is told of the last step that passed. For the transaction that stores the
 * notices. Parameters: limit.
 */
export const takeOverslept: Statement<DueItem & { readonly step: DeadlineStep }> = {
  name: 'notify_take_overslept',
  text: `
  with late as (
    select id, overslept as step from review_item where overslept is not null order by id limit $1 for no key update skip locked),
  taken as (
    update review_item i set overslept = null from late where i.id = late.id
    returning i.id, i.subject, i.pipeline_id, i.assignee_id, i.state, late.step,
      (case late.step when 'risk' then i.risk_at when 'due' then i.due_at else i.escalate_at end)::text as at)
  select t.id, t.subject, t.pipeline_id, p.name as pipeline, t.assignee_id, t.step, t.at
  from taken t join pipeline p on p.id = t.pipeline_id
  where t.state = 'open' and t.at is not null order by t.at, t.id`,
};

/** Parameters: recipient, kind, upto. */
export const moveMark: Statement<Record<string, never>> = {
  name: 'notify_move_mark',
  text: `
  insert into mail_mark (recipient, kind, upto) values ($1, $2, $3::timestamptz)
  on conflict (recipient, kind) do update set upto = excluded.upto`,
};

export interface SubjectRow {
  readonly id: string;
  readonly state: string;
  readonly assignee_id: string | null;
}

/** How items stand now. Parameters: keys[]. */
export const itemsNow: Statement<SubjectRow> = {
  name: 'notify_items_now',
  text: `select id, state, assignee_id from review_item where id = any($1::uuid[])`,
};
