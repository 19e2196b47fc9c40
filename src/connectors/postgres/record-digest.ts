import type pg from 'pg';
import { ABSENT_LINE } from '../digest.js';
import { arrayLiteral } from './array-literal.js';
import type { Column, Table } from './catalog.js';
import { idExpression } from './record-id.js';
import { keyArrays, keyMatch } from './select-columns.js';
import { guarded } from './server-error.js';

/**
 * Hashes records on the server: `array_to_json` of a text array writes exactly what `JSON.stringify` does, so the hub comes to the same
 * from its own copy, and only the hash crosses the wire.
 *
 * @returns null where an id cannot be an id of this table: the server could not even look it up
 */
export async function recordDigest(
  pool: pg.Pool,
  table: Table,
  columns: readonly Column[],
  ids: readonly string[],
): Promise<string | null> {
  const { arrays, at } = keyArrays(table, ids);
  if (at.length < ids.length) return null;
  const items = table.key.map((_, i) => `$${i + 1}::text[]`).join(', ');
  const names = table.key.map((_, i) => `k${i + 1}`).join(', ');
  const [first] = table.key;
  const values = [idExpression(table.key, 't'), ...columns.map((column) => `t.${column.quoted}::text`)];
  const line = `case when t.${first?.quoted ?? ''} is null then '${ABSENT_LINE}' else array_to_json(array[${values.join(', ')}])::text end`;
  const text = `select encode(sha256(convert_to(coalesce(string_agg(${line}, E'\\n' order by i.n), ''), 'UTF8')), 'hex') as hash from unnest(${items}) with ordinality i(${names}, n) left join ${table.qualified} t on ${keyMatch(table, 't', 'i')}`;
  return guarded(`hashing records of ${table.object}`, async () => {
    const { rows } = await pool.query<{ hash: string }>({ text, values: arrays.map(arrayLiteral) });
    return rows[0]?.hash ?? null;
  });
}
