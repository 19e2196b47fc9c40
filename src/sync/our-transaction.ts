import type { Pool, PoolClient } from 'pg';
import { inTransaction } from '../database/transaction.js';

/** Throws when the pipeline has passed to another process: then nothing of the transaction may stand. */
export type AssertOurs = (client: PoolClient) => Promise<void>;

/**
 * A transaction of the hub that stands only while the pipeline is this process's. Whoever has lost it without knowing yet, and whoever
 * was killed while a statement was on its way, changes nothing any more.
 */
export function inOurTransaction<T>(
  pool: Pool,
  assertOurs: AssertOurs,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  return inTransaction(pool, async (client) => {
    await assertOurs(client);
    return work(client);
  });
}
