import type { Side } from '../../../core/clock.js';
import type { GuardKind } from '../../../core/guard.js';
import type { Statement } from '../statement.js';

export interface TrippedGuard {
  readonly id: string;
  readonly pipeline_id: number;
  readonly pipeline: string;
  readonly label: string;
  readonly other: string;
  readonly side: Side;
  readonly kind: GuardKind;
  readonly subject: string;
  readonly count: number;
  readonly most: number;
}

/** Marks guards that nobody was told about as told; for the transaction that stores the notices. At most so many. */
export const takeTrippedGuards: Statement<TrippedGuard> = {
  name: 'notify_take_tripped_guards',
  text: `
  with told as (
    update guard_trip set told_at = now()
    where id in (select id from guard_trip where told_at is null order by opened_at limit $1 for update skip locked)
    returning id, pipeline_id, side, kind, subject, count, most, state, opened_at)
  select t.id, t.pipeline_id, p.name as pipeline, s.label, o.label as other, t.side, t.kind, t.subject, t.count, t.most
  from told t join pipeline p on p.id = t.pipeline_id
  join side_state s on s.pipeline_id = p.id and s.side = t.side
  join side_state o on o.pipeline_id = p.id and o.side <> t.side
  where t.state = 'open' order by t.opened_at, p.name`,
};

export interface Halt {
  readonly pipeline_id: number;
  readonly pipeline: string;
  readonly detail: string | null;
}

/** Marks halts that nobody was told about as told. */
export const takeHalts: Statement<Halt> = {
  name: 'notify_take_halts',
  text: `
  update pipeline set halt_told_at = now() where state = 'halted' and halt_told_at is null
  returning id as pipeline_id, name as pipeline, state_detail as detail`,
};

export interface PauseNews {
  readonly pipeline_id: number;
  readonly pipeline: string;
  /** The side to which nothing is written; `null`: the whole pipeline. */
  readonly label: string | null;
  readonly by: string;
  readonly reason: string | null;
}

/** Marks pauses that nobody was told about as told. One that ended meanwhile is not told. */
export const takePauses: Statement<PauseNews> = {
  name: 'notify_take_pauses',
  text: `
  with whole as (
    update pipeline set pause_told_at = paused_at where paused_at is not null and pause_told_at is distinct from paused_at
    returning id, name, paused_by, pause_reason),
  sides as (
    update side_state set pause_told_at = paused_at where paused_at is not null and pause_told_at is distinct from paused_at
    returning pipeline_id, label, paused_by, pause_reason)
  select id as pipeline_id, name as pipeline, null::text as label, coalesce(paused_by, '') as by, pause_reason as reason from whole
  union all
  select s.pipeline_id, p.name, s.label, coalesce(s.paused_by, ''), s.pause_reason from sides s join pipeline p on p.id = s.pipeline_id`,
};
