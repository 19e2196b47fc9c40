import type { Json } from '../../../core/value.js';
import type { Statement } from '../statement.js';

/** A conflict with what is needed to show it: names of both systems, ids of the record, and the unit's registers as stored. */
export interface ConflictRow {
  readonly id: string;
  readonly pipeline_id: number;
  readonly pipeline: string;
  /** `null`: a match, which is about records that are not linked. */
  readonly link_id: number | null;
  readonly unit: string;
  readonly rev: number;
  readonly state: 'open' | 'held' | 'closed';
  readonly kind: string;
  readonly reason: string;
  readonly title: string;
  readonly base: { readonly value: Json } | null;
  readonly candidates: Json;
  readonly revision: number;
  readonly priority: number;
  readonly opened_at: Date;
  readonly changed_at: Date;
  readonly closed_at: Date | null;
  readonly close_reason: string | null;
  readonly label_a: string | null;
  readonly label_b: string | null;
  readonly a_id: string | null;
  readonly b_id: string | null;
  /** `null` when the record's registers are gone. */
  readonly clock: string | null;
  /** JSON text, so that an absent unit differs from a blank one. */
  readonly field: string | null;
  readonly open: Json | null;
  /** opened_at (closed_at of a closed one) to the microsecond, as the keyset needs it. */
  readonly sort_at: string;
}

const columns = `
  c.id, c.pipeline_id, p.name as pipeline, c.link_id, c.unit, c.rev, c.state, c.kind, c.reason, c.title, c.base, c.candidates,
  c.revision, c.priority, c.opened_at, c.changed_at, c.closed_at, c.close_reason, a.label as label_a, b.label as label_b,
  l.a_id, l.b_id, s.clock, (s.fields -> c.unit)::text as field, s.open -> c.unit as open,
  to_char(coalesce(c.closed_at, c.opened_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as sort_at`;

const joins = `
  join pipeline p on p.id = c.pipeline_id
  left join link l on l.id = c.link_id
  left join shadow s on s.link_id = c.link_id
  left join side_state a on a.pipeline_id = c.pipeline_id and a.side = 'A'
  left join side_state b on b.pipeline_id = c.pipeline_id and b.side = 'B'`;

/**
 * Conflicts that wait for a person or are held, in the order of the queue. One short index range per pipeline (conflict_queue), then
 * the few rows of all pipelines are sorted: no page costs more than another. The start is always a comparison, also on the first page,
 * so that a generic plan keeps it as an index condition.
 * Parameters: pipeline names[] or null, state or null, unit or null, link or null, after priority, opened_at, id, limit.
 */
export const conflictQueue: Statement<ConflictRow> = {
  name: 'review_conflict_queue',
  text: `
  select ${columns}
  from (
    select q.* from pipeline of
    cross join lateral (
      select * from conflict
      where pipeline_id = of.id and state <> 'closed' and (priority, opened_at, id) > ($5::smallint, $6::timestamptz, $7::uuid)
        and ($2::text is null or state = $2) and ($3::text is null or unit = $3) and ($4::bigint is null or link_id = $4)
      order by priority, opened_at, id limit $8::int) q
    where $1::text[] is null or of.name = any($1)
    order by q.priority, q.opened_at, q.id limit $8::int) c
  ${joins}
  order by c.priority, c.opened_at, c.id`,
};

export const QUEUE_START = [-32768, '-infinity', '00000000-0000-0000-0000-000000000000'] as const;

/**
 * Closed conflicts, newest first (conflict_closed). Parameters: pipeline names[] or null, unit or null, link or null, before closed_at,
 * after id, limit.
 */
export const closedConflicts: Statement<ConflictRow> = {
  name: 'review_closed_conflicts',
  text: `
  select ${columns}
  from (
    select q.* from pipeline of
    cross join lateral (
      select * from conflict
      where pipeline_id = of.id and state = 'closed'
        and closed_at <= $4::timestamptz and (closed_at < $4::timestamptz or id > $5::uuid)
        and ($2::text is null or unit = $2) and ($3::bigint is null or link_id = $3)
      order by closed_at desc, id limit $6::int) q
    where $1::text[] is null or of.name = any($1)
    order by q.closed_at desc, q.id limit $6::int) c
  ${joins}
  order by c.closed_at desc, c.id`,
};

export const CLOSED_START = ['infinity', '00000000-0000-0000-0000-000000000000'] as const;

/** Parameters: id. */
export const conflictById: Statement<ConflictRow> = {
  name: 'review_conflict_by_id',
  text: `select ${columns} from conflict c ${joins} where c.id = $1`,
};

export interface SiblingRow {
  readonly id: string;
  readonly unit: string;
  readonly state: 'open' | 'held';
  readonly reason: string;
}

/** Other conflicts of the same record that are not closed. Parameters: link, id to leave out. */
export const siblingConflicts: Statement<SiblingRow> = {
  name: 'review_sibling_conflicts',
  text: `select id, unit, state, reason from conflict where link_id = $1 and id <> $2 and state <> 'closed' order by priority, opened_at, id limit 100`,
};
