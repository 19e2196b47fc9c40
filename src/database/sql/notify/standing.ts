import type { Statement } from '../statement.js';

/** What stands still now, per pipeline. */
export interface StandingRow {
  readonly id: number;
  readonly name: string;
  readonly halted: boolean;
  readonly paused: boolean;
  readonly paused_sides: readonly string[];
  readonly open_guards: readonly string[];
}

/** All pipelines: some dozens at most. */
export const standing: Statement<StandingRow> = {
  name: 'notify_standing',
  text: `
  select p.id, p.name, p.state = 'halted' as halted, p.paused_at is not null as paused,
         array(select label from side_state s where s.pipeline_id = p.id and s.paused_at is not null) as paused_sides,
         array(select id::text from guard_trip g where g.pipeline_id = p.id and g.state = 'open') as open_guards
  from pipeline p order by p.name`,
};
