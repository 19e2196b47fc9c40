import { randomUUID } from 'node:crypto';
import { messageOf } from '../../common/errors.js';
import { ConnectorError } from '../errors.js';
import type { Column, Table } from './catalog.js';
import type { Session, SessionPool } from './pools.js';
import { guarded, isConnectionLoss, isForbidden } from './server-error.js';
import { accountText } from './system-info.js';

/** Rows that others may insert between our look at the counter and our move of it. */
const margin = 50;
const attempts = 5;

/**
 * Numbers of an AUTO_INCREMENT key that nobody else will be given. The server hands out numbers only with rows: so the counter is moved on
 * by a row that is taken back at once (a counter does not go back), or, where the table will not take such a row, by ALTER TABLE.
 */
export async function nextIds(pool: SessionPool, table: Table, n: number): Promise<readonly string[] | null> {
  const [column] = table.key;
  if (column === undefined || table.key.length > 1 || n < 1) return null;
  if (column.defaultExpression?.toLowerCase() === 'uuid()')
    return Array.from({ length: n }, () => randomUUID());
  if (!column.autoIncrement) return null;
  return guarded(`taking ids for ${table.object}`, async () => {
    const session = await pool.acquire();
    try {
      for (let attempt = 1; attempt <= attempts; attempt++) {
        const first = (await counter(session, table)) + margin;
        const last = first + n - 1;
        await moveCounter(session, table, column, last);
        // Also what is not committed yet.
        await session.run(`set transaction isolation level read uncommitted`);
        const taken = await session.rows(
          `select '1' from ${table.qualified} where ${column.quoted} between ${first} and ${last} limit 1`,
        );
        if (taken.length === 0 && (await counter(session, table)) > last)
          return Array.from({ length: n }, (_, i) => String(first + i));
      }
      throw new ConnectorError(
        'side-busy',
        `So many rows are added to ${table.object} that no numbers could be set aside`,
      );
    } finally {
      // With it go the settings that were changed for the row.
      session.release(true);
    }
  });
}

async function counter(db: Session, { database, name, object }: Table): Promise<number> {
  const [row] = await db.rows(
    `select cast(auto_increment as char) from information_schema.tables where table_schema = ? and table_name = ?`,
    [database, name],
  );
  const next = Number(row?.[0] ?? Number.NaN);
  if (!Number.isSafeInteger(next))
    throw new ConnectorError('side-failed', `The server does not say which number ${object} is at`);
  return next;
}

async function moveCounter(db: Session, table: Table, column: Column, last: number): Promise<void> {
  // No values are asked for: the row exists for nobody, and what triggers make of it goes with it.
  await db.run(`set sql_mode = 'NO_AUTO_VALUE_ON_ZERO', foreign_key_checks = 0, check_constraint_checks = 0`);
  await db.run('start transaction');
  try {
    await db.run(`insert into ${table.qualified} (${column.quoted}) values (${last})`);
    return;
  } catch (error) {
    if (isConnectionLoss(error)) throw error;
  } finally {
    await db.run('rollback');
  }
  try {
    await db.run('set lock_wait_timeout = 1');
    await db.run(`alter table ${table.qualified} auto_increment = ${last + 1}`);
  } catch (error) {
    if (!isForbidden(error)) throw error;
    const account = accountText((await db.rows('select current_user()'))[0]?.[0] ?? '');
    const grant = `GRANT ALTER ON ${table.qualified} TO ${account};`;
    throw new ConnectorError(
      'permission-missing',
      `${messageOf(error)}: numbers for new records of ${table.object} can be set aside by ALTER TABLE only. An administrator can run: ${grant}`,
      { cause: error, details: { grant } },
    );
  }
}
