import type { Statement } from '../statement.js';

export interface ConflictRow {
  id: string;
  link_id: number;
  unit: string;
  key: string;
  state: 'open' | 'held';
}

/** Parameters: link ids[]. */
export const readOpenConflicts: Statement<ConflictRow> = {
  name: 'lane_read_open_conflicts',
  text: `select id, link_id, unit, key, state from conflict where link_id = any($1::bigint[]) and state <> 'closed'`,
};

/**
 * Opens a conflict or shows what is new in an open one: one row per record and unit, ever.
 * Parameters: pipeline, revision, then parallel arrays: ids, links, units, keys, kinds, reasons, titles, bases, candidates, policies, priorities.
 */
export const upsertConflicts: Statement<{ id: string; link_id: number; unit: string }> = {
  name: 'lane_upsert_conflicts',
  text: `
  insert into conflict (pipeline_id, revision, id, link_id, unit, key, state, kind, reason, title, base, candidates, policy, priority)
  select $1, $2, r.id, r.link_id, r.unit, r.key, 'open', r.kind, r.reason, r.title, r.base, r.candidates, r.policy, r.priority
  from unnest($3::uuid[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::jsonb[], $11::jsonb[], $12::jsonb[], $13::smallint[])
    as r(id, link_id, unit, key, kind, reason, title, base, candidates, policy, priority)
  on conflict (link_id, unit) where state <> 'closed' do update
    set rev = conflict.rev + 1, key = excluded.key, state = 'open', kind = excluded.kind, reason = excluded.reason, title = excluded.title,
        base = excluded.base, candidates = excluded.candidates, policy = excluded.policy, revision = excluded.revision, changed_at = clock_timestamp()
  returning id, link_id, unit`,
};

/** Parameters: ids[], reasons[] (parallel). */
export const closeConflicts: Statement<Record<string, never>> = {
  name: 'lane_close_conflicts',
  text: `
  update conflict c set state = 'closed', closed_at = clock_timestamp(), changed_at = clock_timestamp(), close_reason = r.reason, rev = c.rev + 1
  from unnest($1::uuid[], $2::text[]) as r(id, reason) where c.id = r.id and c.state <> 'closed'`,
};

/** Decisions of conflicts that ended before they took effect. Parameters: conflict ids[]. */
export const endDecisions: Statement<Record<string, never>> = {
  name: 'lane_end_decisions',
  text: `update decision set outcome = 'closed' where conflict_id = any($1::uuid[]) and outcome = 'held'`,
};

/** Parameters: decision ids[], outcomes[] (parallel). */
export const setDecisionOutcomes: Statement<Record<string, never>> = {
  name: 'lane_set_decision_outcomes',
  text: `
  update decision d set outcome = r.outcome from unnest($1::uuid[], $2::text[]) as r(id, outcome) where d.id = r.id and d.outcome = 'held'`,
};
