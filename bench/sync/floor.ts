import { once } from 'node:events';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { applyEdits } from './apply-edits.js';
import { dropDatabase, fill, freshDatabase, makeTable, withClient } from './databases.js';
import type { Edit, EditScript, Side } from './edits.js';
import { quantiles, type Latency } from './latency.js';
import { columns, table } from './records.js';

/**
 * The floor: the same rows read and written by the same driver with nothing in between. No comparing, no state, no lineage, no
 * guards, and it is told which rows changed. Nothing that does the work can be faster.
 */
export class Floor {
  private constructor(
    private readonly adminUrl: string,
    private readonly urls: Readonly<Record<Side, string>>,
  ) {}

  static async make(adminUrl: string, records: number): Promise<Floor> {
    const urls = {
      A: await freshDatabase(adminUrl, 'bench_floor_a'),
      B: await freshDatabase(adminUrl, 'bench_floor_b'),
    };
    await makeTable(urls.A);
    await makeTable(urls.B);
    await fill(urls.A, records);
    return new Floor(adminUrl, urls);
  }

  /** Every row of A into B: pages of 5,000 read as rows, written by COPY. Seconds. */
  async copyAll(): Promise<number> {
    const names = ['id', ...columns].join(', ');
    return await this.both(async (a, b) => {
      const began = performance.now();
      const stream = b.query(copyFrom(`copy ${table} (${names}) from stdin`));
      for (let after = '0'; ;) {
        const { rows } = await a.query<(string | null)[]>({
          name: 'page',
          text: `select ${names} from ${table} where id > $1 order by id limit 5000`,
          values: [after],
          rowMode: 'array',
        });
        const last = rows.at(-1);
        if (last === undefined) break;
        after = last[0] as string;
        if (!stream.write(rows.map(copyLine).join(''))) await once(stream, 'drain');
      }
      stream.end();
      await once(stream, 'finish');
      return (performance.now() - began) / 1000;
    });
  }

  /** The edited values read on one side by key and written on the other, in batches of 2,000, both ways at once. Seconds. */
  async copyEdits(edits: readonly Edit[]): Promise<number> {
    await applyEdits(this.urls, edits);
    const began = performance.now();
    await Promise.all(
      (['A', 'B'] as const).map((side) =>
        this.both(async (a, b) => {
          const mine = edits.filter((edit) => edit.side === side);
          for (let i = 0; i < mine.length; i += 2_000) {
            await carry(side === 'A' ? a : b, side === 'A' ? b : a, mine.slice(i, i + 2_000));
          }
        }),
      ),
    );
    return (performance.now() - began) / 1000;
  }

  /** One change at a time, carried over at once. */
  async carrySingles(edits: readonly Edit[]): Promise<Latency> {
    return await this.both(async (a, b) => {
      const times: number[] = [];
      for (const edit of edits) {
        const [from, to] = edit.side === 'A' ? [a, b] : [b, a];
        const name = columns[edit.column] as string;
        await from.query(`update ${table} set ${name} = $2 where id = $1`, [edit.id, edit.value]);
        const committed = performance.now();
        await carry(from, to, [edit]);
        times.push(performance.now() - committed);
      }
      return { count: edits.length, ...quantiles(times), late: 0 };
    });
  }

  private both<T>(work: (a: pg.Client, b: pg.Client) => Promise<T>): Promise<T> {
    return withClient(this.urls.A, (a) => withClient(this.urls.B, (b) => work(a, b)));
  }

  async drop(): Promise<void> {
    await dropDatabase(this.adminUrl, 'bench_floor_a');
    await dropDatabase(this.adminUrl, 'bench_floor_b');
  }
}

function copyLine(row: readonly (string | null)[]): string {
  const cells = row.map((value) => (value === null ? '\\N' : value.replace(/[\\\t\n\r]/g, (c) => `\\${c}`)));
  return `${cells.join('\t')}\n`;
}

async function carry(from: pg.Client, to: pg.Client, edits: readonly Edit[]): Promise<void> {
  for (const [index, column] of columns.entries()) {
    const ids = edits.filter((edit) => edit.column === index).map(({ id }) => id);
    if (ids.length === 0) continue;
    const { rows } = await from.query<[string, string | null]>({
      name: `read-${column}`,
      text: `select id, ${column} from ${table} where id = any($1::bigint[])`,
      values: [ids],
      rowMode: 'array',
    });
    await to.query({
      name: `write-${column}`,
      text: `update ${table} r set ${column} = e.value from unnest($1::bigint[], $2::text[]) as e (id, value) where r.id = e.id`,
      values: [rows.map(([id]) => id), rows.map(([, value]) => value)],
    });
  }
}

export interface FloorFigures {
  readonly W1: number;
  readonly W2: number;
  readonly W3: number;
  readonly W4: number;
  readonly W6: Latency;
}

export async function measureFloor(
  adminUrl: string,
  records: number,
  script: EditScript,
): Promise<FloorFigures> {
  const floor = await Floor.make(adminUrl, records);
  try {
    return {
      W1: await floor.copyAll(),
      W2: await floor.copyEdits(script.W2),
      W3: await floor.copyEdits(script.W3),
      W4: await floor.copyEdits(script.W4),
      W6: await floor.carrySingles(script.W6),
    };
  } finally {
    await floor.drop();
  }
}
