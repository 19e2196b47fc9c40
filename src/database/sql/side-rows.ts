import type { ClientBase, Pool } from 'pg';

export interface SideRow {
  readonly pipeline_id: number;
  readonly side: 'A' | 'B';
  readonly label: string;
  readonly connector: string;
  readonly object: string;
  readonly paused_at: Date | null;
  readonly paused_by: string | null;
  readonly pause_reason: string | null;
  readonly error_code: string | null;
  readonly error_detail: string | null;
  readonly error_since: Date | null;
  /** Columns that the pipeline uses and the side has lost, with why. */
  readonly lost: readonly { readonly column: string; readonly why: string; readonly since: number }[] | null;
  readonly read_at: Date | null;
  readonly caught_up_at: Date | null;
  readonly wrote_at: Date | null;
  readonly lag_seconds: number | null;
  readonly restored: 'ask' | 'give-back' | 'take' | null;
  readonly backlog: number;
}

/**
 * How the sides of these pipelines stand.
 *
 * The lag of a side is the age of its oldest change that may not be applied on the other side yet, and the largest of:
 * how long it has not been read to the end (only where something was read since), how long it cannot be read at all, how
 * long a batch with its changes has been under way, and how long a record is overdue to be looked at. All of them come
 * from partial or small indexes; none counts records.
 */
export async function sideRows(
  database: ClientBase | Pool,
  pipelineIds: readonly number[],
): Promise<SideRow[]> {
  const { rows } = await database.query<SideRow>({
    name: 'side-rows',
    text: `select s.pipeline_id, s.side, s.label, s.connector, s.object, s.paused_at, s.paused_by, s.pause_reason,
                  s.error_code, s.error_detail, s.error_since, s.restored,
                  (select json_agg(json_build_object('column', key, 'why', value ->> 'lost', 'since', (value ->> 'since')::float8) order by key)
                   from jsonb_each(s.columns) where value ? 'lost') as lost,
                  s.read_at, s.caught_up_at, s.wrote_at,
                  case when s.caught_up_at is not null then
                    extract(epoch from greatest(
                      interval '0',
                      case when s.read_at > s.caught_up_at then now() - s.caught_up_at end,
                      now() - s.error_since,
                      now() - b.oldest,
                      now() - d.oldest
                    ))::float8
                  end as lag_seconds,
                  (coalesce(b.items, 0) + d.items)::int as backlog
           from side_state s
           cross join lateral (
             select min(sent_at) as oldest, sum(items) as items from attempt_batch
             where pipeline_id = s.pipeline_id and side <> s.side and state in ('sent', 'unknown')
           ) b
           cross join lateral (
             select min(due_at) as oldest, count(*) as items from push_due
             where pipeline_id = s.pipeline_id and due_at < now()
           ) d
           where s.pipeline_id = any($1)
           order by s.pipeline_id, s.side`,
    values: [pipelineIds],
  });
  return rows;
}
