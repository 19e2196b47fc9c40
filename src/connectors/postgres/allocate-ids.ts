import type pg from 'pg';
import type { Table } from './catalog.js';
import { quoteText } from './identifiers.js';
import { guarded } from './server-error.js';

/** Evaluates the key's own default `n` times: what it hands out is used up, whether a record comes of it or not. */
export async function nextIds(pool: pg.Pool, table: Table, n: number): Promise<readonly string[] | null> {
  const [column] = table.key;
  if (column === undefined || table.key.length > 1) return null;
  const next =
    column.identity !== ''
      ? `nextval(pg_get_serial_sequence(${quoteText(table.qualified)}, ${quoteText(column.name)}))`
      : column.defaultExpression;
  if (next === null) return null;
  return guarded(`taking ids for ${table.object}`, async () => {
    const text = `select (${next})::${column.type.castTarget}::text as id from generate_series(1, $1::int)`;
    const { rows } = await pool.query<{ id: string }>({ text, values: [n] });
    return rows.map(({ id }) => id);
  });
}
