import { messageOf } from '../../common/errors.js';
import { failpoint } from '../../common/failpoint.js';
import type { ItemException, WriteReceipt } from '../connector.js';
import { inSchema } from './log-schema.js';
import type { Queryable, Session, SessionPool } from './pools.js';
import {
  errorNumber,
  errors,
  isConnectionLoss,
  isContention,
  isForbidden,
  translated,
} from './server-error.js';

/** Claims a batch id, first in the write transaction. A second claim of the same id waits for the first to end. */
export async function claim(
  db: Queryable,
  database: string,
  consumer: string,
  batchId: string,
  dead = false,
): Promise<void> {
  await db.run(
    `insert into ${inSchema(database, 'applied')} (consumer, batch_id, dead) values (?, ?, ${dead})`,
    [consumer, batchId],
  );
}

/**
 * Settles a batch whose answer was lost. Claiming its id succeeds only if it was not applied, and then for ever prevents it: a copy
 * that is still on its way fails on the claim. While a copy is under way the claim waits for it, for as long as a lock may be waited
 * for; then the answer is `unknown` and the caller asks again.
 */
export async function settle(
  pool: SessionPool,
  database: string,
  consumer: string,
  batchId: string,
): Promise<WriteReceipt> {
  let session: Session | undefined;
  let broken = false;
  try {
    session = await pool.acquire();
    const receipt = await outcome(session, database, consumer, batchId);
    await failpoint('settle.committed');
    return receipt;
  } catch (error) {
    broken = true;
    if (session !== undefined && (isContention(error) || isConnectionLoss(error))) {
      return {
        status: 'unknown',
        reason: `The batch is still under way, or the side did not answer: ${messageOf(error)}`,
      };
    }
    throw translated(error, `settling batch ${batchId}`);
  } finally {
    session?.release(broken);
  }
}

async function outcome(
  db: Session,
  database: string,
  consumer: string,
  batchId: string,
): Promise<WriteReceipt> {
  try {
    await claim(db, database, consumer, batchId, true);
    await failpoint('settle.claimed');
  } catch (error) {
    if (errorNumber(error) !== errors.duplicate) throw error;
  }
  const [row] = await db.rows(
    `select cast(dead as char), cast(position as char), exceptions from ${inSchema(database, 'applied')} where consumer = ? and batch_id = ?`,
    [consumer, batchId],
  );
  if (row?.[0] !== '0')
    return { status: 'dead', reason: 'The batch was not applied, and its id is fenced', retryAfterMs: null };
  const position = Number(row[1]);
  const exceptions = row[2] ?? null;
  return {
    status: 'committed',
    position,
    mark: String(position),
    exceptions: exceptions === null ? [] : (JSON.parse(exceptions) as ItemException[]),
  };
}

/** The highest batch that the fences know of, applied or not; `null` where there are none (yet). */
export async function lastApplied(db: Queryable, database: string, consumer: string): Promise<string | null> {
  try {
    const [row] = await db.rows(
      `select cast(max(batch_id) as char) from ${inSchema(database, 'applied')} where consumer = ?`,
      [consumer],
    );
    return row?.[0] ?? null;
  } catch (error) {
    const number = errorNumber(error);
    if (number === errors.noTable || number === errors.noDatabase || isForbidden(error)) return null;
    throw error;
  }
}
