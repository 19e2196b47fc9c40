import type { ClientBase, Pool } from 'pg';

export interface PauseRequest {
  readonly name: string;
  /** `null`: the whole pipeline. */
  readonly side: 'A' | 'B' | null;
  readonly by: string;
  readonly reason: string;
}

/** Pauses a pipeline or one of its sides. Who paused first, and why, stays. False when there is no such thing. */
export async function pause(
  database: ClientBase | Pool,
  { name, side, by, reason }: PauseRequest,
): Promise<boolean> {
  const set = `paused_by = case when paused_at is null then $2 else paused_by end,
    pause_reason = case when paused_at is null then $3 else pause_reason end, paused_at = coalesce(paused_at, now())`;
  const { rowCount } =
    side === null
      ? await database.query(`update pipeline set ${set}, updated_at = now() where name = $1`, [
          name,
          by,
          reason,
        ])
      : await database.query(
          `update side_state set ${set} where side = $4 and pipeline_id = (select id from pipeline where name = $1)`,
          [name, by, reason, side],
        );
  return rowCount === 1;
}

/**
 * Ends a pause of a pipeline or of one of its sides. Resuming a pipeline also clears what its sides wait for after errors,
 * so that they are tried at once, and takes a halted one up again. False when there is no such thing.
 */
export async function resume(
  database: ClientBase | Pool,
  name: string,
  side: 'A' | 'B' | null,
): Promise<boolean> {
  const free = 'paused_at = null, paused_by = null, pause_reason = null';
  if (side !== null) {
    const { rowCount } = await database.query(
      `update side_state set ${free}, retry_at = null
       where side = $2 and pipeline_id = (select id from pipeline where name = $1)`,
      [name, side],
    );
    return rowCount === 1;
  }
  // A halted pipeline goes on with its first load where that was cut off, or has a report to be looked at first.
  const { rowCount } = await database.query(
    `with resumed as (
       update pipeline set ${free}, state_detail = null, updated_at = now(),
              state = case when state <> 'halted' then state
                           when exists (select from load_report l where l.pipeline_id = id and l.finished_at is not null) then 'running'
                           when exists (select from load_report l where l.pipeline_id = id and l.accepted_at is not null) then 'loading'
                           else 'new' end
       where name = $1 returning id)
     update side_state set retry_at = null where pipeline_id in (select id from resumed)`,
    [name],
  );
  if ((rowCount ?? 0) > 0) return true;
  return (await database.query('select from pipeline where name = $1', [name])).rowCount === 1;
}
