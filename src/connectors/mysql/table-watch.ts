import type { Table } from './catalog.js';
import type { TableMark } from './log-cursor.js';
import { triggerName } from './log-schema.js';
import type { Queryable } from './pools.js';

/** All triggers of the capture are there. */
export async function isArmed(db: Queryable, { database, name }: Table, capture: number): Promise<boolean> {
  const names = (['insert', 'update', 'delete'] as const).map((event) => triggerName(capture, event));
  const [row] = await db.rows(
    `select cast(count(*) as char) from information_schema.triggers where event_object_schema = ? and event_object_table = ? and trigger_name in (?, ?, ?)`,
    [database, name, ...names],
  );
  return row?.[0] === '3';
}

/** TRUNCATE fires no trigger. It leaves no row, and it sets back the numbers of an AUTO_INCREMENT column. */
export async function readTableMark(db: Queryable, { database, name, qualified }: Table): Promise<TableMark> {
  const [row] = await db.rows(
    `select cast(exists (select 1 from ${qualified}) as char),
      (select cast(auto_increment as char) from information_schema.tables where table_schema = ? and table_name = ?)`,
    [database, name],
  );
  const next = row?.[1] ?? null;
  return { filled: row?.[0] === '1', next: next === null ? null : Number(next) };
}

/** Only where nothing that was read explains that the rows are gone. */
export function wasEmptied(before: TableMark, now: TableMark): boolean {
  return (
    (before.filled && !now.filled) || (before.next !== null && now.next !== null && now.next < before.next)
  );
}
