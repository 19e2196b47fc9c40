import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { withClient } from './databases.js';
import type { Edit, Side } from './edits.js';
import { columns, table } from './records.js';

const value = `case e.col ${columns.map((name, i) => `when ${i} then r.${name}`).join(' ')} end`;

/** Looks whether edits made on one side stand on the other, by asking that database and nobody else. */
export class Arrival {
  private constructor(private readonly client: pg.Client) {}

  /**
   * @param work runs with a probe for every side that something must arrive at; what it shall find is stored before
   */
  static async watch<T>(
    urls: Readonly<Record<Side, string>>,
    edits: readonly Edit[],
    work: (arrived: () => Promise<boolean>) => Promise<T>,
  ): Promise<T> {
    return await withClient(urls.A, (a) =>
      withClient(urls.B, async (b) => {
        const atA = await Arrival.expect(
          a,
          edits.filter(({ side }) => side === 'B'),
        );
        const atB = await Arrival.expect(
          b,
          edits.filter(({ side }) => side === 'A'),
        );
        return await work(async () => (await atB.complete()) && (await atA.complete()));
      }),
    );
  }

  private static async expect(client: pg.Client, edits: readonly Edit[]): Promise<Arrival> {
    await client.query('set jit = off; create temp table expected (id bigint, col int, value text)');
    // Newest first: what is delivered in order is missing at the front until the very end, so that a look costs nothing.
    const reversed = edits.toReversed();
    await client.query('insert into expected select * from unnest($1::bigint[], $2::int[], $3::text[])', [
      reversed.map(({ id }) => id),
      reversed.map(({ column }) => column),
      reversed.map((edit) => edit.value),
    ]);
    return new Arrival(client);
  }

  private async complete(): Promise<boolean> {
    const { rowCount } = await this.client.query({
      name: 'missing',
      text: `select 1 from expected e left join ${table} r on r.id = e.id where ${value} is distinct from e.value limit 1`,
    });
    return rowCount === 0;
  }
}

/**
 * Asks every `everyMs` until the answer is yes.
 *
 * @returns `performance.now()` just before the asking that was answered with yes, or undefined when time ran out
 */
export async function until(
  question: () => Promise<boolean>,
  { everyMs, timeoutMs }: { everyMs: number; timeoutMs: number },
): Promise<number | undefined> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const asked = performance.now();
    if (await question()) return asked;
    if (asked > deadline) return undefined;
    await sleep(everyMs);
  }
}
