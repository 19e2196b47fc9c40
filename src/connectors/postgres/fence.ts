import type pg from 'pg';
import type { ItemException, WriteReceipt } from '../connector.js';
import { messageOf } from '../../common/errors.js';
import { failpoint } from '../../common/failpoint.js';
import { quoteText } from './identifiers.js';
import { schemaName } from './log-schema.js';
import { isConnectionLoss, isContention, translated } from './server-error.js';

interface AppliedRow {
  dead: string;
  xid: string;
  position: string;
  exceptions: string | null;
}

/** Statement that claims a batch id, first in the write transaction. A second claim of the same id waits for the first to end. */
export function claim(consumer: string, batchId: string, dead = false): string {
  return `insert into ${schemaName}.applied (consumer, batch_id, dead) values (${quoteText(consumer)}, ${batchId}, ${dead})`;
}

/**
 * Settles a batch whose answer was lost. Claiming its id succeeds only if it was not applied, and then for ever prevents it: a copy
 * that is still on its way fails on the claim. While a copy is under way the claim waits for it, for as long as a lock may be waited
 * for; then the answer is `unknown` and the caller asks again.
 */
export async function settle(
  pool: pg.Pool,
  consumer: string,
  batchId: string,
  waitMs: number,
): Promise<WriteReceipt> {
  let client: pg.PoolClient | undefined;
  try {
    client = await pool.connect();
    await client.query(`begin isolation level read committed; set local lock_timeout = ${waitMs}`);
    const claimed = await client.query(`${claim(consumer, batchId, true)} on conflict do nothing`);
    const { rows } = await client.query<AppliedRow>({
      text: `select dead::text, xid::text, position::text, exceptions from ${schemaName}.applied where consumer = $1 and batch_id = $2`,
      values: [consumer, batchId],
    });
    await failpoint('settle.claimed');
    const committed = client.query('commit');
    committed.catch(() => undefined);
    await failpoint('settle.commit-sent');
    await committed;
    await failpoint('settle.committed');
    client.release();
    const [row] = rows;
    if (claimed.rowCount === 1 || row?.dead !== 'false') {
      return {
        status: 'dead',
        reason: 'The batch was not applied, and its id is fenced',
        retryAfterMs: null,
      };
    }
    return {
      status: 'committed',
      position: Number(row.position),
      mark: row.xid,
      exceptions: row.exceptions === null ? [] : (JSON.parse(row.exceptions) as ItemException[]),
    };
  } catch (error) {
    const usable = await client?.query('rollback').then(
      () => true,
      () => false,
    );
    client?.release(usable !== true);
    if (client !== undefined && (isContention(error) || isConnectionLoss(error))) {
      return {
        status: 'unknown',
        reason: `The batch is still under way, or the side did not answer: ${messageOf(error)}`,
      };
    }
    throw translated(error, `settling batch ${batchId}`);
  }
}

/** The highest batch that the fences know of, applied or not; `null` where there are none (yet). */
export async function lastApplied(pool: pg.Pool, consumer: string): Promise<string | null> {
  const { rows } = await pool.query<{ fences: string | null }>(
    `select to_regclass('${schemaName}.applied')::text as fences`,
  );
  if ((rows[0]?.fences ?? null) === null) return null;
  const last = await pool.query<{ id: string | null }>(
    `select max(batch_id)::text as id from ${schemaName}.applied where consumer = $1`,
    [consumer],
  );
  return last.rows[0]?.id ?? null;
}
