import type pg from 'pg';
import { withClient } from './databases.js';
import type { Edit, Side } from './edits.js';
import { columns, table } from './records.js';

/** Rows an application changes in one transaction. */
const perTransaction = 200;

/**
 * Makes the edits as applications do: both sides at once, transactions of some rows, one statement per column inside.
 *
 * @returns when the first and the last of them was committed, `performance.now()`
 */
export async function applyEdits(
  urls: Readonly<Record<Side, string>>,
  edits: readonly Edit[],
): Promise<{ first: number; last: number }> {
  const commits: number[] = [];
  await Promise.all(
    (['A', 'B'] as const).map((side) =>
      withClient(urls[side], async (client) => {
        const mine = edits.filter((edit) => edit.side === side);
        for (let i = 0; i < mine.length; i += perTransaction) {
          await commitEdits(client, mine.slice(i, i + perTransaction));
          commits.push(performance.now());
        }
      }),
    ),
  );
  return { first: Math.min(...commits), last: Math.max(...commits) };
}

/** Deletes these records on a side, a few in each transaction. */
export async function applyDeletions(url: string, ids: readonly number[]): Promise<void> {
  await withClient(url, async (client) => {
    for (let i = 0; i < ids.length; i += perTransaction)
      await client.query({
        name: 'delete',
        text: `delete from ${table} where id = any($1::bigint[])`,
        values: [ids.slice(i, i + perTransaction)],
      });
  });
}

async function commitEdits(client: pg.Client, edits: readonly Edit[]): Promise<void> {
  await client.query('begin');
  for (const [index, column] of columns.entries()) {
    const some = edits.filter((edit) => edit.column === index);
    if (some.length === 0) continue;
    await client.query({
      name: `edit-${column}`,
      text: `update ${table} r set ${column} = e.value, updated_at = now()
        from unnest($1::bigint[], $2::text[]) as e (id, value) where r.id = e.id`,
      values: [some.map(({ id }) => id), some.map(({ value }) => value)],
    });
  }
  await client.query('commit');
}
