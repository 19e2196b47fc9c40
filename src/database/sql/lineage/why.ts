import type { Statement } from '../statement.js';

export interface WhyPipelineRow {
  readonly state: 'new' | 'comparing' | 'report' | 'loading' | 'running' | 'halted';
  readonly state_detail: string | null;
  readonly paused_at: Date | null;
  readonly paused_by: string | null;
  readonly pause_reason: string | null;
}

/** Parameters: pipeline. */
export const pipelineForWhy: Statement<WhyPipelineRow> = {
  name: 'why_pipeline',
  text: `select state, state_detail, paused_at, paused_by, pause_reason from pipeline where id = $1`,
};

export interface WhySideRow {
  readonly side: 'A' | 'B';
  readonly label: string;
  readonly paused_at: Date | null;
  readonly paused_by: string | null;
  readonly pause_reason: string | null;
  readonly error_code: string | null;
  readonly error_detail: string | null;
  readonly error_since: Date | null;
  readonly retry_at: Date | null;
}

/** Parameters: pipeline. */
export const sidesForWhy: Statement<WhySideRow> = {
  name: 'why_sides',
  text: `
  select side, label, paused_at, paused_by, pause_reason, error_code, error_detail, error_since, retry_at
  from side_state where pipeline_id = $1 order by side`,
};

export interface WhyBlockedRow {
  readonly unit: string;
  readonly side: 'A' | 'B';
  readonly code: string;
  readonly detail: string;
  readonly attempts: number;
  readonly since: Date;
}

/** Parameters: link. */
export const blockedForWhy: Statement<WhyBlockedRow> = {
  name: 'why_blocked',
  text: `select unit, side, code, detail, attempts, since from blocked_unit where link_id = $1 order by unit, side`,
};

export interface WhyConflictRow {
  readonly id: string;
  readonly unit: string;
  readonly state: 'open' | 'held';
  readonly reason: string;
  readonly opened_at: Date;
  readonly undo_until: Date | null;
}

/** Parameters: link. */
export const conflictsForWhy: Statement<WhyConflictRow> = {
  name: 'why_conflicts',
  text: `
  select c.id::text as id, c.unit, c.state, c.reason, c.opened_at,
         (select max(d.undo_until) from decision d where d.conflict_id = c.id and d.outcome = 'held') as undo_until
  from conflict c where c.link_id = $1 and c.state <> 'closed' order by c.unit`,
};

/** When the engine looks at it next. Parameters: link. */
export const dueForWhy: Statement<{ readonly due_at: Date; readonly reason: string }> = {
  name: 'why_due',
  text: `select due_at, reason from push_due where link_id = $1`,
};

export interface WhyLookRow {
  readonly state: 'asked' | 'running' | 'finished' | 'failed';
  readonly asked_at: Date;
  readonly asked_by: string | null;
  readonly finished_at: Date | null;
  readonly found: Readonly<Record<string, number>> | null;
  readonly error: string | null;
}

/** The last time that it was to be read on both sides again. Parameters: link. */
export const lookForWhy: Statement<WhyLookRow> = {
  name: 'why_look',
  text: `select state, asked_at, asked_by, finished_at, found, error from verification where link_id = $1 order by id desc limit 1`,
};
