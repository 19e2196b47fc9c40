import type { Json } from '../../../core/value.js';
import type { Statement } from '../statement.js';

/**
 * Locks, in this order: shadow, then conflict. The engine takes them in the same order (registers first, the view of them second), so
 * the two cannot deadlock; and while a shadow is locked here, the engine's compare-and-set on `rev` waits, loses and folds anew.
 */
export interface RegistersRow {
  readonly rev: number;
  readonly clock: string;
  readonly field: string | null;
  readonly open: Json | null;
}

/** Parameters: link, unit. */
export const lockRegisters: Statement<RegistersRow> = {
  name: 'review_lock_registers',
  text: `
  select s.rev, s.clock, (s.fields -> $2::text)::text as field, s.open -> $2::text as open
  from shadow s join link l on l.id = s.link_id
  where s.link_id = $1 and l.state in ('live', 'creating') for no key update of s, l`,
};

/**
 * The registers of a record that was deleted on both sides: its link has ended, and begins again where the deletion is undone.
 * Parameters: link, unit.
 */
export const lockDeletedRegisters: Statement<RegistersRow> = {
  name: 'review_lock_deleted_registers',
  text: `
  select s.rev, s.clock, (s.fields -> $2::text)::text as field, s.open -> $2::text as open
  from shadow s join link l on l.id = s.link_id
  where s.link_id = $1 and l.state = 'deleted' for no key update of s, l`,
};

/** Another link with one of this one's ids: the record is there again. Parameters: link. */
export const successorOf: Statement<{ readonly id: number; readonly side: 'A' | 'B' }> = {
  name: 'review_successor_of',
  text: `
  select n.id, case when n.a_id = l.a_id then 'A' else 'B' end as side
  from link l join link n on n.pipeline_id = l.pipeline_id and n.id <> l.id and n.state in ('live', 'creating')
    and (n.a_id = l.a_id or n.b_id = l.b_id)
  where l.id = $1 limit 1`,
};

/** Parameters: link. */
export const reviveLink: Statement<Record<string, never>> = {
  name: 'review_revive_link',
  text: `update link set state = 'live', ended_at = null where id = $1 and state = 'deleted'`,
};

/** What became of a link, and the decision by which its record was deleted. Parameters: link. */
export const endOfLink: Statement<{ readonly state: string; readonly deletion: string | null }> = {
  name: 'review_end_of_link',
  text: `
  select l.state, (
    select d.id from decision d where d.link_id = l.id and d.unit = '$life' and d.outcome = 'applied' and d.value = '"deleted"'
    order by d.at desc limit 1) as deletion
  from link l where l.id = $1`,
};

/** The row of the lineage in which a decision became head. Parameters: link, decision, unit. */
export const carriedOut: Statement<{ readonly id: number; readonly held: Json | null }> = {
  name: 'review_carried_out',
  text: `
  select id, units -> $3::text -> 'p' as held from lineage
  where link_id = $1 and decision_id = $2 and kind = 'decided' and units -> $3::text ->> 'k' = 'decision'
  order by id desc limit 1`,
};

/** Sides on which some field of a record was edited after a row of its lineage. Parameters: link, row. */
export const sidesEditedAfter: Statement<{ readonly side: 'A' | 'B' }> = {
  name: 'review_sides_edited_after',
  text: `
  select distinct l.side from lineage l, jsonb_each(l.units) u
  where l.link_id = $1 and l.id > $2 and l.kind = 'observed' and l.side is not null
    and u.key <> '$life' and u.value ->> 'k' not in ('cosmetic', 'superseded')`,
};

export interface LockedConflictRow {
  readonly id: string;
  readonly pipeline_id: number;
  /** `null`: a match. */
  readonly link_id: number | null;
  readonly unit: string;
  readonly rev: number;
  readonly state: 'open' | 'held' | 'closed';
  readonly kind: string;
  readonly base: { readonly value: Json } | null;
  readonly candidates: Json;
  readonly close_reason: string | null;
}

/** Of a record that is linked: not a match. */
export type Linked<Row extends { readonly link_id: number | null }> = Row & { readonly link_id: number };

export function isLinked<Row extends { readonly link_id: number | null }>(row: Row): row is Linked<Row> {
  return row.link_id !== null;
}

/** Parameters: id. */
export const lockConflict: Statement<LockedConflictRow> = {
  name: 'review_lock_conflict',
  text: `
  select id, pipeline_id, link_id, unit, rev, state, kind, base, candidates, close_reason from conflict where id = $1 for no key update`,
};

/** The one that is not closed, where there is one. Parameters: link, unit. */
export const lockOpenConflict: Statement<LockedConflictRow> = {
  name: 'review_lock_open_conflict',
  text: `
  select id, pipeline_id, link_id, unit, rev, state, kind, base, candidates, close_reason
  from conflict where link_id = $1 and unit = $2 and state <> 'closed' for no key update`,
};

/** All of a record that are not closed. Parameters: link. */
export const lockConflictsOf: Statement<LockedConflictRow> = {
  name: 'review_lock_conflicts_of',
  text: `
  select id, pipeline_id, link_id, unit, rev, state, kind, base, candidates, close_reason
  from conflict where link_id = $1 and state <> 'closed' order by id for no key update`,
};

/** Writes one unit back, by compare-and-set. Parameters: link, rev, unit, field, open (null: at rest). */
export const writeRegisters: Statement<{ rev: number }> = {
  name: 'review_write_registers',
  text: `
  update shadow
  set rev = rev + 1,
      fields = fields || jsonb_build_object($3::text, $4::jsonb),
      open = nullif(case when $5::jsonb is null then coalesce(open, '{}') - $3::text
                         else coalesce(open, '{}') || jsonb_build_object($3::text, $5::jsonb) end, '{}')
  where link_id = $1 and rev = $2
  returning rev`,
};

/** Parameters: id, state. The candidates stay as they are, and so does `rev`. */
export const setConflictState: Statement<Record<string, never>> = {
  name: 'review_set_conflict_state',
  text: `update conflict set state = $2, changed_at = clock_timestamp() where id = $1`,
};

/** What was shown is no longer all there is: no decision on it is accepted any more. Parameters: id. */
export const outdateConflict: Statement<Record<string, never>> = {
  name: 'review_outdate_conflict',
  text: `update conflict set rev = rev + 1, changed_at = clock_timestamp() where id = $1`,
};

/** Shows a conflict anew, also one that was closed. Parameters: id, key, kind, reason, base, candidates. */
export const reopenConflict: Statement<Record<string, never>> = {
  name: 'review_reopen_conflict',
  text: `
  update conflict
  set state = 'open', rev = rev + 1, key = $2, kind = $3, reason = $4, base = $5, candidates = $6,
      changed_at = clock_timestamp(), closed_at = null, close_reason = null
  where id = $1`,
};

/** Look at the record again, at the latest then; an earlier time stands. Parameters: link, pipeline, at ms, reason. */
export const lookAgain: Statement<Record<string, never>> = {
  name: 'review_look_again',
  text: `
  insert into push_due (link_id, pipeline_id, due_at, reason) values ($1, $2, to_timestamp($3::float8 / 1000), $4)
  on conflict (link_id) do update set due_at = least(push_due.due_at, excluded.due_at), reason = excluded.reason`,
};

/** Parameters: link, pipeline, revision, kind, actor, conflict, decision, units. */
export const recordReview: Statement<Record<string, never>> = {
  name: 'review_record_lineage',
  text: `
  insert into lineage (link_id, pipeline_id, revision, kind, occurred_at, actor, conflict_id, decision_id, units)
  values ($1, $2, $3, $4, clock_timestamp(), $5, $6, $7, $8)`,
};

/** Wakes the engine and tells the screens, when the transaction commits. Parameters: pipeline as text, event, event. */
export const announce: Statement<Record<string, never>> = {
  name: 'review_announce',
  text: `select pg_notify('accord_wake', $1), pg_notify('accord_events', $2), pg_notify('accord_events', $3)`,
};

/** pipeline_revision.spec holds what a plan is compiled from, the file's content below `spec`. The revision in force and how long a decision can be undone before it is written. Parameters: pipeline. */
export const reviewSettings: Statement<{ revision: number; undo_window: string | null }> = {
  name: 'review_settings',
  text: `
  select p.revision, r.spec #>> '{spec,review,undoWindow}' as undo_window
  from pipeline p left join pipeline_revision r on r.pipeline_id = p.id and r.revision = p.revision
  where p.id = $1`,
};
