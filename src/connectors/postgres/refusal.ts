import type pg from 'pg';
import type { ItemException } from '../connector.js';
import type { Table } from './catalog.js';
import type { Queryable } from './pools.js';
import { rejected } from './write-groups.js';

/** Why a side will not take a value, by SQLSTATE or its class. Stable: the engine and people's filters go by it. */
const codes: Readonly<Record<string, string>> = {
  '22001': 'value-too-long',
  '22003': 'value-out-of-range',
  '22021': 'value-unstorable',
  '22P05': 'value-unstorable',
  '22': 'value-invalid',
  '23502': 'value-required',
  '23503': 'reference-missing',
  '23505': 'value-not-unique',
  '23514': 'check-failed',
  '23P01': 'value-excluded',
  '23': 'constraint-failed',
  '428C9': 'field-read-only',
  '42501': 'refused-by-row-security',
  '44': 'refused-by-view-check',
  '54': 'value-too-large',
  P0: 'refused-by-trigger',
};

export function refusalCode(state: string | undefined): string {
  const key = state ?? '';
  return codes[key] ?? codes[key.slice(0, 2)] ?? 'refused';
}

/** `columns`: what the server named, else those of the constraint, else what the caller found out. */
export async function refusal(
  db: Queryable,
  table: Table,
  index: number,
  error: pg.DatabaseError,
  suspects: readonly string[],
): Promise<ItemException> {
  const detail = error.detail === undefined ? error.message : `${error.message}: ${error.detail}`;
  const named = await namedColumns(db, table, error);
  return rejected(index, refusalCode(error.code), detail.slice(0, 2000), named.length > 0 ? named : suspects);
}

async function namedColumns(
  db: Queryable,
  table: Table,
  error: pg.DatabaseError,
): Promise<readonly string[]> {
  if (error.column !== undefined && table.columns.has(error.column)) return [error.column];
  if (error.constraint === undefined) return [];
  const { rows } = await db.query<{ name: string }>({
    text: `select a.attname as name from pg_attribute a where a.attrelid = $1 and a.attnum = any (coalesce(
        (select conkey from pg_constraint where conrelid = $1 and conname = $2 limit 1),
        (select indkey::int2[] from pg_index i join pg_class c on c.oid = i.indexrelid where i.indrelid = $1 and c.relname = $2 limit 1))) order by a.attnum`,
    values: [table.oid, error.constraint],
  });
  return rows.map(({ name }) => name);
}
