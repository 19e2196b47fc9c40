import { setTimeout as sleep } from 'node:timers/promises';
import { withClient } from './databases.js';
import type { Edit, Side } from './edits.js';
import { Random } from './random.js';
import { columns, table } from './records.js';

export interface Latency {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Changes that did not arrive within ten seconds. */
  readonly late: number;
}

const giveUpMs = 10_000;

/**
 * One change at a time: from the answer to COMMIT on one side until a reader on the other side sees it. The reader asks about
 * every millisecond; pauses between changes are uneven, so that they fall into every phase of a poll.
 */
export async function measureLatency(
  urls: Readonly<Record<Side, string>>,
  edits: readonly Edit[],
): Promise<Latency> {
  const random = new Random(edits.length);
  return await withClient(urls.A, (a) =>
    withClient(urls.B, async (b) => {
      const times: number[] = [];
      let late = 0;
      for (const { side, id, column, value } of edits) {
        const [from, to] = side === 'A' ? [a, b] : [b, a];
        const name = columns[column] as string;
        await from.query(`update ${table} set ${name} = $2, updated_at = now() where id = $1`, [id, value]);
        const committed = performance.now();
        const look = {
          name: `look-${name}`,
          text: `select ${name} as value from ${table} where id = $1`,
          values: [id],
        };
        let seen = false;
        while (!seen && performance.now() - committed < giveUpMs) {
          seen = (await to.query<{ value: string }>(look)).rows[0]?.value === value;
          if (!seen) await sleep(1);
        }
        if (seen) times.push(performance.now() - committed);
        else late++;
        await sleep(20 + random.below(60));
      }
      return { count: edits.length, ...quantiles(times), late };
    }),
  );
}

export function quantiles(times: readonly number[]): { p50Ms: number; p99Ms: number; maxMs: number } {
  const sorted = times.toSorted((x, y) => x - y);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
  return { p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
}
