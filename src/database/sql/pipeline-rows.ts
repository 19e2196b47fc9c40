import type { ClientBase, Pool } from 'pg';

export interface PipelineRow {
  readonly id: number;
  readonly name: string;
  readonly revision: number;
  readonly state: 'new' | 'comparing' | 'report' | 'loading' | 'running' | 'halted';
  readonly state_detail: string | null;
  readonly paused_at: Date | null;
  readonly paused_by: string | null;
  readonly pause_reason: string | null;
  readonly load_phase: string | null;
  readonly load_done: number | null;
  readonly load_total: number | null;
  /** Seconds since the load began; `null` when it has not begun or is finished. */
  readonly load_seconds: number | null;
  readonly load_rate_a: string | null;
  readonly load_rate_b: string | null;
}

/** All pipelines, or the one of this name, by name. One row each, so never long. */
export async function pipelineRows(database: ClientBase | Pool, name: string | null): Promise<PipelineRow[]> {
  const { rows } = await database.query<PipelineRow>({
    name: 'pipeline-rows',
    text: `select p.id, p.name, p.revision, p.state, p.state_detail, p.paused_at, p.paused_by, p.pause_reason,
                  l.phase as load_phase, l.done as load_done, l.total as load_total,
                  extract(epoch from now() - l.started_at)::float8 as load_seconds,
                  l.rate_a as load_rate_a, l.rate_b as load_rate_b
           from pipeline p
           left join load_report l on l.pipeline_id = p.id and l.finished_at is null
           where $1::text is null or p.name = $1
           order by p.name`,
    values: [name],
  });
  return rows;
}
