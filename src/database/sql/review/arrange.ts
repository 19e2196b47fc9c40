import type { Statement } from '../statement.js';

export interface UnarrangedRow {
  readonly id: string;
  readonly subject: 'conflict' | 'guard' | 'halt';
  readonly unit: string;
  readonly rev: number;
  readonly urgency: number;
  readonly urgency_by_person: boolean;
  readonly due_by: 'rule' | 'person' | null;
  readonly due_at: Date | null;
  readonly risk_at: Date | null;
  readonly escalate_at: Date | null;
  readonly since: Date;
  readonly assignee_id: string | null;
  readonly is_new: boolean;
}

/** Items whose place was not given by this revision yet, locked; what somebody is busy with comes later. Parameters: pipeline, revision, limit. */
export const unarranged: Statement<UnarrangedRow> = {
  name: 'review_unarranged',
  text: `
  select id, subject, unit, rev, urgency, urgency_by_person, due_by, nullif(due_at, 'infinity') as due_at, risk_at, escalate_at,
    coalesce(reopened_at, opened_at) as since, assignee_id, arranged_revision = 0 as is_new
  from review_item
  where pipeline_id = $1 and state <> 'closed' and arranged_revision < $2
  order by arranged_revision limit $3 for no key update skip locked`,
};

/** Parameters: revision, then parallel: ids[], urgencies[], due at[] (null: none), due by[], risk at[], escalate at[], assignees[]. */
export const arrangeItems: Statement<Record<string, never>> = {
  name: 'review_arrange_items',
  text: `
  update review_item i
  set urgency = r.urgency, due_at = coalesce(r.due_at, 'infinity'), due_by = r.due_by, risk_at = r.risk_at, escalate_at = r.escalate_at,
      turn_id = case when r.assignee_id is distinct from i.assignee_id then r.assignee_id else i.turn_id end, assignee_id = r.assignee_id,
      rev = i.rev + case when i.arranged_revision = 0 and r.assignee_id is not distinct from i.assignee_id then 0 else 1 end,
      arranged_revision = $1
  from unnest($2::uuid[], $3::smallint[], $4::timestamptz[], $5::text[], $6::timestamptz[], $7::timestamptz[], $8::uuid[])
    as r(id, urgency, due_at, due_by, risk_at, escalate_at, assignee_id)
  where i.id = r.id`,
};

/** Pipelines with items that are to be arranged. */
export const pipelinesToArrange: Statement<{
  id: number;
  name: string;
  revision: number;
  last_assigned: string | null;
}> = {
  name: 'review_pipelines_to_arrange',
  text: `
  select p.id, p.name, p.revision, p.last_assigned from pipeline p
  where p.revision > 0 and exists (
    select from review_item i where i.pipeline_id = p.id and i.state <> 'closed' and i.arranged_revision < p.revision)
  order by p.id`,
};

/** Parameters: pipeline, person. */
export const setLastAssigned: Statement<Record<string, never>> = {
  name: 'review_set_last_assigned',
  text: `update pipeline set last_assigned = $2 where id = $1`,
};

/** Parameters: ids[], items[], persons[], revs[] (parallel). */
export const noteAssigned: Statement<Record<string, never>> = {
  name: 'review_note_assigned',
  text: `
  insert into review_note (id, item_id, kind, rev, by_kind, by_name, about_id, detail)
  select r.id, r.item_id, 'assigned', r.rev, 'service', 'Accord', r.person_id, '{"how":"round-robin"}'
  from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::int[]) as r(id, item_id, person_id, rev)`,
};

/** Items whose time has come back into the queue, and what of their deadline passed meanwhile. Parameters: limit. */
export const wakeDue: Statement<{
  id: string;
  subject: 'conflict' | 'guard' | 'halt';
  rev: number;
  overslept: 'risk' | 'due' | 'escalate' | null;
}> = {
  name: 'review_wake_due',
  text: `
  update review_item i
  set state = 'open', snoozed_until = null, rev = rev + 1, changed_at = clock_timestamp()
  from (
    select id from review_item where snoozed_until <= clock_timestamp() and state = 'snoozed'
    order by snoozed_until limit $1 for no key update skip locked) due
  where i.id = due.id
  returning i.id, i.subject, i.rev, i.overslept`,
};

/** Parameters: ids[], items[], revs[], what passed meanwhile[] (parallel). */
export const noteWoken: Statement<Record<string, never>> = {
  name: 'review_note_woken',
  text: `
  insert into review_note (id, item_id, kind, rev, by_kind, by_name, detail)
  select r.id, r.item_id, 'woken', r.rev, 'service', 'Accord', jsonb_strip_nulls(jsonb_build_object('passed', r.passed))
  from unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[]) as r(id, item_id, rev, passed)`,
};
