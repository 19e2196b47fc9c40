import type { Table } from './catalog.js';
import { inSchema, logName, mostEntries, schemaName } from './log-schema.js';
import type { Queryable, SessionPool } from './pools.js';

/** More numbers were handed out than the log has room for: some changes have no entry. */
export async function isFull(db: Queryable, { database }: Table, capture: number): Promise<boolean> {
  const [row] = await db.rows(
    `select cast(t.auto_increment > c.floor + ${mostEntries + 1} as char) from information_schema.tables t, ${inSchema(database, 'capture')} c
      where t.table_schema = ? and t.table_name = ? and c.id = ${capture}`,
    [schemaName(database), `log_${capture}`],
  );
  return row?.[0] === '1';
}

/**
 * Lets a log that was full go on. Everyone's cursor loses ground. Those whose changes were not logged hold the row of `capture` until they
 * commit: once the floor has risen they are over, and whoever reads the table then sees what they did.
 *
 * @throws the server's lock wait timeout while one of them is under way; nothing is lost by trying again
 */
export async function restartFullLog(pool: SessionPool, { database }: Table, capture: number): Promise<void> {
  const session = await pool.acquire();
  try {
    await session.run(`insert into ${logName(database, capture)} (op) values ('X')`);
    await session.run(
      `set statement innodb_lock_wait_timeout = 3 for update ${inSchema(database, 'capture')} set floor = greatest(floor, last_insert_id()) where id = ${capture}`,
    );
    session.release(false);
  } catch (error) {
    session.release(true);
    throw error;
  }
}
