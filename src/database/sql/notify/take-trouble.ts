import type { Side } from '../../../core/clock.js';
import type { GuardKind } from '../../../core/guard.js';
import type { Statement } from '../statement.js';

export interface TrippedGuard {
  readonly pipeline: string;
  readonly label: string;
  readonly other: string;
  readonly side: Side;
  readonly kind: GuardKind;
  readonly subject: string;
  readonly count: number;
  readonly most: number;
}

/** Marks guards that nobody was told about as told; for the transaction that stores the mail. At most so many. */
export const takeTrippedGuards: Statement<TrippedGuard> = {
  name: 'notify_take_tripped_guards',
  text: `
  with told as (
    update guard_trip set told_at = now()
    where id in (select id from guard_trip where told_at is null order by opened_at limit $1 for update skip locked)
    returning pipeline_id, side, kind, subject, count, most, state, opened_at)
  select p.name as pipeline, s.label, o.label as other, t.side, t.kind, t.subject, t.count, t.most
  from told t join pipeline p on p.id = t.pipeline_id
  join side_state s on s.pipeline_id = p.id and s.side = t.side
  join side_state o on o.pipeline_id = p.id and o.side <> t.side
  where t.state = 'open' order by t.opened_at, p.name`,
};

/** Marks halts that nobody was told about as told. */
export const takeHalts: Statement<{ pipeline: string; detail: string | null }> = {
  name: 'notify_take_halts',
  text: `
  update pipeline set halt_told_at = now() where state = 'halted' and halt_told_at is null
  returning name as pipeline, state_detail as detail`,
};
