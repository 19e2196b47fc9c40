import type { Pool, PoolClient } from 'pg';
import { failpoint } from '../common/failpoint.js';

/**
 * Runs `work` in one READ COMMITTED transaction on one connection of `pool`: committed when it resolves, rolled back
 * when it throws. The error is passed on. Keep it short, and never wait for another system inside.
 */
export async function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  // While a connection is checked out pg leaves its 'error' event to the holder; the query in flight rejects anyway.
  const onError = (error: Error): void => {
    broken = error;
  };
  client.on('error', onError);
  try {
    await client.query('begin');
    await failpoint('hub.begun');
    const result = await work(client);
    await failpoint('hub.before-commit');
    const committed = client.query('commit');
    committed.catch(() => undefined);
    await failpoint('hub.commit-sent');
    await committed;
    await failpoint('hub.committed');
    return result;
  } catch (error) {
    await client.query('rollback').catch((rollback: unknown) => {
      broken ??= rollback instanceof Error ? rollback : new Error(String(rollback));
    });
    throw error;
  } finally {
    client.off('error', onError);
    client.release(broken);
  }
}

const lostAgainstAnother = new Set(['40001', '40P01']);

/** Serialization failure and deadlock: PostgreSQL rolled back one of two who met, and asks for another try. */
export function isWorthAnotherTry(error: unknown): boolean {
  const { code } = error as { code?: string };
  return code !== undefined && lostAgainstAnother.has(code);
}

/** A row with the same unique key was made at the same moment, by somebody who was quicker. */
export function wasForestalled(error: unknown): boolean {
  return (error as { code?: string }).code === '23505';
}

/** Repeats a whole transaction that another one made fail, at most `attempts` times in all. */
export async function retryingDeadlocks<T>(
  transaction: () => Promise<T>,
  attempts = 5,
  worthIt: (error: unknown) => boolean = isWorthAnotherTry,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await transaction();
    } catch (error) {
      if (attempt === attempts || !worthIt(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * 2 ** attempt));
    }
  }
}
