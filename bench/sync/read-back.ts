import type pg from 'pg';
import { withClient } from './databases.js';
import type { Edit, Side } from './edits.js';
import { columns, table } from './records.js';
import { Judge, type OpenConflict, type Verdict } from './verdict.js';

const pageSize = 5_000;

type Read = [id: string, ...values: (string | null)[]];

async function* rowsInOrder(client: pg.Client): AsyncGenerator<Read, undefined> {
  for (let after = '0'; ;) {
    const { rows } = await client.query<Read>({
      text: `select id::text, ${columns.join(', ')} from ${table} r where r.id > $1 order by r.id limit ${pageSize}`,
      values: [after],
      rowMode: 'array',
    });
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined) return undefined;
    after = last[0];
  }
}

/** Reads both tables to the end, side by side, and has them judged. */
export async function judgeDatabases(
  urls: Readonly<Record<Side, string>>,
  records: number,
  edits: readonly Edit[],
  conflicts: readonly OpenConflict[],
  /** Records that were deleted on A, each of them edited on B. */
  deletedOnA: readonly number[] = [],
): Promise<Verdict> {
  const judge = new Judge(records, edits, conflicts, deletedOnA);
  await withClient(urls.A, (clientA) =>
    withClient(urls.B, async (clientB) => {
      const [sideA, sideB] = [rowsInOrder(clientA), rowsInOrder(clientB)];
      let [a, b] = [(await sideA.next()).value, (await sideB.next()).value];
      while (a !== undefined || b !== undefined) {
        const id = Math.min(Number(a?.[0] ?? Infinity), Number(b?.[0] ?? Infinity));
        const [hasA, hasB] = [Number(a?.[0]) === id, Number(b?.[0]) === id];
        judge.look(id, hasA ? a?.slice(1) : undefined, hasB ? b?.slice(1) : undefined);
        if (hasA) a = (await sideA.next()).value;
        if (hasB) b = (await sideB.next()).value;
      }
    }),
  );
  return judge.verdict();
}
