import type { Statement } from '../statement.js';

export interface DailyRow {
  readonly pipeline: string;
  readonly state: string;
  readonly paused: boolean;
  readonly open: number;
  readonly opened: number;
  readonly closed: number;
  readonly oldest: Date | null;
  readonly guards: number;
}

/** How pipelines stand, and what happened within a day: once a day for each who wants to know. Parameters: pipelines[]. */
export const dailyFigures: Statement<DailyRow> = {
  name: 'notify_daily_figures',
  text: `
  select p.name as pipeline, p.state,
         p.paused_at is not null or exists (select from side_state s where s.pipeline_id = p.id and s.paused_at is not null) as paused,
         q.open, q.oldest, o.opened + c.fresh as opened, c.closed, g.guards
  from pipeline p
  cross join lateral (select count(*) as open, min(opened_at) as oldest from conflict where pipeline_id = p.id and state = 'open') q
  cross join lateral (select count(*) as opened from conflict
                      where pipeline_id = p.id and state <> 'closed' and opened_at > now() - interval '1 day') o
  cross join lateral (select count(*) as closed, count(*) filter (where opened_at > now() - interval '1 day') as fresh from conflict
                      where pipeline_id = p.id and state = 'closed' and closed_at > now() - interval '1 day') c
  cross join lateral (select count(*) as guards from guard_trip where pipeline_id = p.id and state = 'open') g
  where p.id = any($1::int[]) order by p.name`,
};
