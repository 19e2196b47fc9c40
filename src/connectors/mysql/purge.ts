import { failpoint } from '../../common/failpoint.js';
import type { Cursor } from '../connector.js';
import type { Table } from './catalog.js';
import { asLogCursor, doneUpTo } from './log-cursor.js';
import { forgetAfterDays, inSchema, logName } from './log-schema.js';
import { isFull } from './log-restart.js';
import type { Queryable, SessionPool } from './pools.js';

const rowsAtATime = 5000;

/**
 * Removes what every consumer has read. Consumers not heard of for long hold nothing back; the floor tells them when they return. Entries
 * that are removed are committed and behind everyone: no writer waits.
 */
export async function purgeLog(
  db: SessionPool,
  table: Table,
  consumer: string,
  given: Cursor,
): Promise<void> {
  const low = doneUpTo(asLogCursor(given));
  const place = [table.database, table.name];
  const [consumers, captures] = [inSchema(table.database, 'consumer'), inSchema(table.database, 'capture')];
  await db.run(
    `update ${consumers} set low = greatest(low, ?), seen_at = current_timestamp(6) where consumer = ? and table_schema = ? and table_name = ?`,
    [low, consumer, ...place],
  );
  const [row] = await db.rows(
    `select cast(c.id as char), cast(c.floor as char), cast((select min(low) from ${consumers} u where u.table_schema = c.table_schema and u.table_name = c.table_name
        and u.mode = 'log' and u.seen_at > current_timestamp(6) - interval ${forgetAfterDays} day) as char)
      from ${captures} c where c.table_schema = ? and c.table_name = ?`,
    place,
  );
  const [capture, floor, done] = row ?? [];
  if (typeof capture !== 'string' || typeof floor !== 'string') return;
  const ahead = typeof done === 'string' && Number(done) > Number(floor);
  const raised = ahead && (await raiseFloor(db, table, Number(capture), Number(done)));
  await failpoint('purge.log');
  // What lies below the floor is lost to everybody, whoever has not read it.
  const upTo = raised ? done : floor;
  const log = logName(table.database, Number(capture));
  while (
    (await db.run(`delete from ${log} where seq <= ${upTo} order by seq limit ${rowsAtATime}`)) ===
    rowsAtATime
  );
}

/**
 * How far a log has been read decides how far it may be written. That it was full is seen in nothing else, so the floor of a full one is
 * left to whoever starts it again; those who left no entry hold the row until they are over.
 *
 * @returns whether it was raised
 */
async function raiseFloor(pool: SessionPool, table: Table, capture: number, upTo: number): Promise<boolean> {
  const captures = inSchema(table.database, 'capture');
  const session = await pool.acquire();
  try {
    await session.run('start transaction');
    await session.rows(
      `set statement innodb_lock_wait_timeout = 3 for select cast(floor as char) from ${captures} where id = ${capture} for update`,
    );
    const full = await isFull(session, table, capture);
    if (!full)
      await session.run(`update ${captures} set floor = greatest(floor, ?) where id = ?`, [upTo, capture]);
    await session.run('commit');
    session.release(false);
    return !full;
  } catch (error) {
    session.release(true);
    throw error;
  }
}

/** Fences of batches that the hub has settled for good. */
export async function purgeFences(
  db: Queryable,
  database: string,
  consumer: string,
  upTo: string,
): Promise<void> {
  await db.run(`delete from ${inSchema(database, 'applied')} where consumer = ? and batch_id <= ?`, [
    consumer,
    upTo,
  ]);
}
