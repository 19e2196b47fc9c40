import type { ClientBase, Pool } from 'pg';
import type { Statement } from './statement.js';

export interface DeadLetterGroup {
  readonly code: string;
  readonly unit: string;
  readonly side: 'A' | 'B';
  readonly count: number;
  readonly first_at: Date;
  readonly last_at: Date;
  /** What the side said, of the newest one. */
  readonly detail: string;
  /** Up to five records, newest first. */
  readonly records: readonly number[];
}

/** Refused units of a pipeline by cause, most frequent first; read along the index `blocked_unit_cause`. */
export async function deadLetters(
  database: ClientBase | Pool,
  pipelineId: number,
): Promise<DeadLetterGroup[]> {
  const { rows } = await database.query<DeadLetterGroup>(
    `select code, unit, side, count(*) as count, min(since) as first_at, max(last_at) as last_at,
            (array_agg(detail order by last_at desc))[1] as detail,
            (array_agg(link_id order by last_at desc))[1:5] as records
     from blocked_unit where pipeline_id = $1 and code not like 'guard-%'
     group by code, unit, side order by count(*) desc, code, unit, side limit 200`,
    [pipelineId],
  );
  return rows;
}

/** Units that a side refused for this cause. Along the index `blocked_unit_cause`. Parameters: pipeline, code. */
export const refusedUnits: Statement<{ unit: string; side: 'A' | 'B' }> = {
  name: 'dead_letters_refused_units',
  text: `select distinct unit, side from blocked_unit where pipeline_id = $1 and code = $2`,
};

export interface RetrySelection {
  readonly code: string | null;
  readonly unit: string | null;
  readonly linkId: number | null;
}

/**
 * Tries refused units again: they are unblocked and their records marked due. The shadow's `blk` register (core/at-rest)
 * goes, and so does the mark that a side would not take back what an undo gives it, which moves `rev`, so that a batch that is being prepared meanwhile takes them in afresh.
 *
 * Shadows are locked first and in the order of their ids, as the engine does it. Run it in a transaction of its own; may
 * fail with 40P01 beside the engine, and then be repeated.
 *
 * @returns how many units were unblocked
 */
export async function retryDeadLetters(
  client: ClientBase,
  pipelineId: number,
  { code, unit, linkId }: RetrySelection,
): Promise<number> {
  // What a guard holds is freed by its answer alone.
  const chosen = `pipeline_id = $1 and code not like 'guard-%' and ($2::text is null or code = $2) and ($3::text is null or unit = $3)
    and ($4::bigint is null or link_id = $4)`;
  const values = [pipelineId, code, unit, linkId];
  await client.query(
    `select from shadow where link_id in (select link_id from blocked_unit where ${chosen}) order by link_id for update`,
    values,
  );
  const { rows } = await client.query<{ units: number }>(
    `with gone as (delete from blocked_unit where ${chosen} returning link_id, unit),
          per_link as (select link_id, array_agg(unit) as units from gone group by link_id),
          freed as (
            update shadow s set rev = s.rev + 1,
                   open = (select jsonb_object_agg(key, case when key = any(l.units) then (value - 'blk') #- '{con,un,a,no}' #- '{con,un,b,no}' else value end)
                           from jsonb_each(s.open))
            from per_link l where s.link_id = l.link_id and s.open is not null),
          due as (
            insert into push_due (link_id, pipeline_id, due_at, reason)
            select link_id, $1, now(), 'retry' from per_link order by link_id
            on conflict (link_id) do update set due_at = now(), reason = 'retry', attempts = 0)
     select count(*) as units from gone`,
    values,
  );
  return rows[0]?.units ?? 0;
}
