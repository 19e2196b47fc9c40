import type { Pool } from 'pg';

const known = new WeakMap<Pool, Promise<Buffer>>();

/** What only this installation knows, made when its database was: it signs the cursors that are given out. Read once for each pool. */
export function installationKey(pool: Pool): Promise<Buffer> {
  const key = known.get(pool) ?? read(pool);
  known.set(pool, key);
  // A database that did not answer is asked again.
  key.catch(() => known.delete(pool));
  return key;
}

async function read(pool: Pool): Promise<Buffer> {
  const { rows } = await pool.query<{ cursor_key: Buffer }>(
    'select cursor_key from installation where id = 1',
  );
  if (rows[0] === undefined) throw new Error('the installation has no key');
  return rows[0].cursor_key;
}
