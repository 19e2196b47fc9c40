import type pg from 'pg';
import { ConnectorError } from '../errors.js';
import type { Column, Table } from './catalog.js';
import { quoteName, quoteText } from './identifiers.js';
import { guarded, isForbidden } from './server-error.js';

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
    try {
      const { rows } = await pool.query<{ id: string }>({ text, values: [n] });
      return rows.map(({ id }) => id);
    } catch (error) {
      throw isForbidden(error) ? await missingUsage(pool, table, column, error) : error;
    }
  });
}

/** Names the sequence that the account may not use, where it is the column's own. */
async function missingUsage(pool: pg.Pool, table: Table, column: Column, refused: unknown): Promise<unknown> {
  const { rows } = await pool.query<{ account: string; sequence: string | null }>({
    text: 'select current_user as account, pg_get_serial_sequence($1, $2) as sequence',
    values: [table.qualified, column.name],
  });
  const [found] = rows;
  if (found === undefined || found.sequence === null) return refused;
  const grant = `GRANT USAGE ON SEQUENCE ${found.sequence} TO ${quoteName(found.account)};`;
  return new ConnectorError(
    'permission-missing',
    `The account ${found.account} may not take numbers from ${found.sequence}. An administrator can run: ${grant}`,
    { cause: refused, details: { grant, object: table.object } },
  );
}
