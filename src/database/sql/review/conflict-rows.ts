import type { Json } from '../../../core/value.js';
import type { Statement } from '../statement.js';

/** What people added to an item, as stored; people by key. */
export interface WorkRow {
  readonly work_rev: number;
  readonly urgency: number;
  readonly urgency_by_person: boolean;
  /** `null`: none. */
  readonly due_at: Date | null;
  readonly due_by: 'rule' | 'person' | null;
  readonly risk_at: Date | null;
  readonly escalate_at: Date | null;
  readonly assignee_id: string | null;
  readonly turn_id: string | null;
  /** `null` also when the time of whoever had it is over. */
  readonly lease_by: string | null;
  readonly lease_until: Date | null;
  readonly snoozed_until: Date | null;
  readonly snoozed_by: string | null;
  readonly wake_on_change: boolean;
  readonly asked_at: Date | null;
  readonly asked_of: string | null;
  readonly asked_by: string | null;
  readonly asked_question: string | null;
  readonly comments: number;
  readonly skips: number;
}

/**
 * An item of the queue with what is needed to show it: names of both systems, ids of the record, and the unit's registers as stored.
 * What belongs to a conflict alone is blank for a guard and a halt.
 */
export interface ConflictRow extends WorkRow {
  readonly id: string;
  readonly subject: 'conflict' | 'guard' | 'halt';
  readonly pipeline_id: number;
  readonly pipeline: string;
  /** The one in force. */
  readonly pipeline_revision: number;
  /** `null`: a match, which is about records that are not linked, or no conflict. */
  readonly link_id: number | null;
  readonly unit: string;
  readonly rev: number;
  /** Of what it is about; `item_state` says besides whether it was put off. */
  readonly state: 'open' | 'held' | 'closed';
  readonly item_state: 'open' | 'snoozed' | 'held' | 'closed';
  readonly kind: string;
  readonly reason: string;
  readonly title: string;
  readonly base: { readonly value: Json } | null;
  readonly candidates: Json;
  readonly revision: number;
  readonly opened_at: Date;
  readonly changed_at: Date;
  readonly closed_at: Date | null;
  readonly close_reason: string | null;
  readonly reopened: number;
  readonly reopened_at: Date | null;
  readonly label_a: string | null;
  readonly label_b: string | null;
  readonly restored: readonly ('A' | 'B')[];
  readonly a_id: string | null;
  readonly b_id: string | null;
  /** `null` when the record's registers are gone. */
  readonly clock: string | null;
  /** JSON text, so that an absent unit differs from a blank one. */
  readonly field: string | null;
  readonly open: Json | null;
  readonly guard: GuardFacts | null;
}

/** A guard that tripped, in short. */
export interface GuardFacts {
  readonly side: 'A' | 'B';
  readonly kind: 'deletes' | 'blanking' | 'overwrite' | 'canary';
  readonly subject: string;
  readonly count: number;
  readonly most: number;
}

export const WORK_COLUMNS = `
  i.rev as work_rev, i.urgency, i.urgency_by_person, nullif(i.due_at, 'infinity') as due_at, i.due_by, i.risk_at, i.escalate_at, i.assignee_id,
  i.turn_id, case when i.lease_until > clock_timestamp() then i.lease_by end as lease_by,
  case when i.lease_until > clock_timestamp() then i.lease_until end as lease_until, i.snoozed_until, i.snoozed_by, i.wake_on_change,
  i.asked_at, i.asked_of, i.asked_by, i.asked_question, i.comments, i.skips`;

const select = `
  select i.id, i.subject, i.pipeline_id, p.name as pipeline, p.revision as pipeline_revision, i.link_id, i.unit, coalesce(c.rev, i.subject_rev) as rev,
    coalesce(c.state, case i.state when 'snoozed' then 'open' else i.state end) as state, i.state as item_state, i.kind,
    coalesce(c.reason, i.detail, '') as reason, coalesce(c.title, '') as title, c.base, coalesce(c.candidates, '[]') as candidates,
    coalesce(c.revision, p.revision) as revision, i.opened_at, i.changed_at, i.closed_at, i.close_reason, i.reopened, i.reopened_at,
    a.label as label_a, b.label as label_b, array_remove(array[case a.restored when 'ask' then 'A' end, case b.restored when 'ask' then 'B' end], null) as restored,
    l.a_id, l.b_id, s.clock, (s.fields -> i.unit)::text as field, s.open -> i.unit as open,
    case when g.id is not null then jsonb_build_object('side', g.side, 'kind', g.kind, 'subject', g.subject, 'count', g.count, 'most', g.most) end as guard,
    ${WORK_COLUMNS}
  from review_item i
  join pipeline p on p.id = i.pipeline_id
  left join conflict c on c.id = i.id
  left join guard_trip g on g.id = i.id and i.subject = 'guard'
  left join link l on l.id = i.link_id
  left join shadow s on s.link_id = i.link_id
  left join side_state a on a.pipeline_id = i.pipeline_id and a.side = 'A'
  left join side_state b on b.pipeline_id = i.pipeline_id and b.side = 'B'`;

/** Items in the order of the given ids. Parameters: ids[]. */
export const itemsByIds: Statement<ConflictRow> = {
  name: 'review_items_by_ids',
  text: `${select} where i.id = any($1::uuid[]) order by array_position($1::uuid[], i.id)`,
};

export interface SiblingRow {
  readonly id: string;
  readonly unit: string;
  readonly state: 'open' | 'held';
  readonly reason: string;
  readonly rev: number;
}

/** Other conflicts of the same record that are not closed. Parameters: link, id to leave out. */
export const siblingConflicts: Statement<SiblingRow> = {
  name: 'review_sibling_conflicts',
  text: `select id, unit, state, reason, rev from conflict where link_id = $1 and id <> $2 and state <> 'closed' order by priority, opened_at, id limit 100`,
};
