import type pg from 'pg';
import { logNames, schemaName, segmentEntries, stopped } from './log-schema.js';
import { sqlState } from './server-error.js';

/**
 * Lets a log that had stopped at its size limit go on. Everyone's cursor loses ground; transactions that ran meanwhile may have
 * changed rows without an entry, so the boundary below which that is possible is noted *after* entries are made again.
 * Each step leaves a state from which the next caller can go on.
 */
export async function restartStoppedLog(pool: pg.Pool, oid: number): Promise<void> {
  const { segments, sequence } = logNames(oid);
  const client = await pool.connect();
  try {
    await client.query(`select pg_advisory_lock(hashtextextended('accord restart ${oid}', 0))`);
    const { rows } = await client.query<{ last: string }>(`select last_value::text as last from ${sequence}`);
    const last = Number(rows[0]?.last ?? 0);
    if (last >= stopped) {
      // A margin for numbers that were handed out while the log stopped.
      const start = Math.ceil((last - stopped) / segmentEntries + 16) * segmentEntries + 1;
      await client.query(
        `update ${schemaName}.capture set floor = greatest(floor, ${start}), gap_before = null where relid = ${oid}`,
      );
      for (const segment of segments) await emptied(client, segment);
      await client.query(`select setval('${sequence}', ${start})`);
    }
    await client.query(
      `update ${schemaName}.capture set gap_before = pg_snapshot_xmax(pg_current_snapshot()) where relid = ${oid} and floor > 0 and gap_before is null`,
    );
  } finally {
    await client.query(`select pg_advisory_unlock_all()`).catch(() => undefined);
    client.release();
  }
}

/**
 * Empties a segment if nobody is in it, and if all that is in it has been read (`readUpTo`; `null` when that is not asked): a
 * writer's transaction that has entries there holds its lock, and then it is left for the next time. Never waits, so that no
 * customer's write queues up behind. The look happens under the lock: before it, an entry might still have been committed.
 */
export async function emptied(
  client: Pick<pg.ClientBase, 'query'>,
  segment: string,
  readUpTo: number | null = null,
): Promise<boolean> {
  try {
    await client.query(
      `begin isolation level read committed; lock table only ${segment} in access exclusive mode nowait`,
    );
    const { rows } = await client.query<{ last: string | null }>(
      `select max(seq)::text as last from only ${segment}`,
    );
    const last = rows[0]?.last ?? null;
    const free = last === null || readUpTo === null || Number(last) <= readUpTo;
    await client.query(free ? `truncate only ${segment}; commit` : 'rollback');
    return free;
  } catch (error) {
    await client.query('rollback');
    if (sqlState(error) === '55P03') return false;
    throw error;
  }
}
