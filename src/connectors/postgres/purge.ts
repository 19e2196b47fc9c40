import type pg from 'pg';
import { failpoint } from '../../common/failpoint.js';
import type { Cursor } from '../connector.js';
import { asLogCursor, doneUpTo } from './log-cursor.js';
import { emptied } from './log-restart.js';
import { forgetAfterDays, logNames, schemaName, segmentEntries, stopped } from './log-schema.js';

/** Below this size a segment is not worth turning over for. */
const worthTurning = 8 * 1024 ** 2;

/**
 * Empties the segment that is not written to, once every consumer has read what is in it. A segment that was read wholly while it
 * is still written to and has grown is turned over by using up its remaining numbers: no lock, no schema change, nobody waits.
 * Consumers not heard of for long hold nothing back; the floor tells them when they return.
 */
export async function purgeLog(pool: pg.Pool, oid: number, consumer: string, given: Cursor): Promise<void> {
  const low = doneUpTo(asLogCursor(given));
  const { segments, sequence, log } = logNames(oid);
  const client = await pool.connect();
  try {
    const { rows } = await client.query<{ done: string; last: string; size0: string; size1: string }>({
      text: `with mine as (
          update ${schemaName}.consumer set low = greatest(low, $3::bigint), seen_at = clock_timestamp() where consumer = $1 and relid = $2 returning low)
        select coalesce(least((select low from mine), (select min(low) from ${schemaName}.consumer
            where relid = $2 and consumer <> $1 and mode = 'log' and seen_at > clock_timestamp() - interval '${forgetAfterDays} days')), 0)::text as done,
          (select last_value from ${sequence})::text as last,
          pg_table_size('${segments[0]}')::text as size0, pg_table_size('${segments[1]}')::text as size1`,
      values: [consumer, oid, low],
    });
    const [row] = rows;
    if (row === undefined) return;
    const done = Number(row.done);
    const last = Number(row.last);
    if (last >= stopped) return;
    const active = segmentOf(last);
    const sizes = [Number(row.size0), Number(row.size1)] as const;
    await emptyIfRead(client, 1 - active, sizes[1 - active] ?? 0, done);
    if (
      (sizes[active] ?? 0) > worthTurning &&
      done >= last &&
      (await isEmpty(client, segments[1 - active] ?? log))
    ) {
      const left = segmentEntries - (last % segmentEntries);
      await client.query(`select max(nextval('${sequence}')) from generate_series(1, ${left})`);
      await emptyIfRead(client, active, sizes[active] ?? 0, done);
    }
  } finally {
    client.release();
  }

  async function emptyIfRead(db: pg.PoolClient, index: number, size: number, done: number): Promise<void> {
    const segment = segments[index];
    if (segment === undefined || size === 0) return;
    const { rows } = await db.query<{ last: string | null }>(
      `select max(seq)::text as last from only ${segment}`,
    );
    const last = rows[0]?.last;
    if (last === null || last === undefined || Number(last) > done) return;
    await db.query(
      `update ${schemaName}.capture set floor = greatest(floor, ${Number(last)}) where relid = ${oid}`,
    );
    await failpoint('purge.log');
    await emptied(db, segment, done);
  }
}

async function isEmpty(db: pg.PoolClient, segment: string): Promise<boolean> {
  const { rows } = await db.query(`select 1 from only ${segment} limit 1`);
  return rows.length === 0;
}

function segmentOf(position: number): 0 | 1 {
  return (position & segmentEntries) === 0 ? 0 : 1;
}

/** Fences of batches that the hub has settled for good. */
export async function purgeFences(pool: pg.Pool, consumer: string, upTo: string): Promise<void> {
  await pool.query({
    text: `delete from ${schemaName}.applied where consumer = $1 and batch_id <= $2::bigint`,
    values: [consumer, upTo],
  });
}
