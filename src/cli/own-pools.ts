import type { Env } from '../common/env.js';
import type { AuditActor } from '../database/audit.js';
import type { HubPools } from '../database/pools.js';
import { openOwnDatabase } from '../embedded/own-database.js';

/**
 * Opens Accord's own database, migrated, for the time of `work`: for commands of whoever may read and write it anyway. The embedded
 * server stops afterwards unless the service uses it.
 */
export async function withDatabase<T>(env: Env, work: (pools: HubPools) => Promise<T>): Promise<T> {
  const [{ HubPools: Pools }, { migrate }] = await Promise.all([
    import('../database/pools.js'),
    import('../database/migrate.js'),
  ]);
  const database = await openOwnDatabase(env);
  try {
    await migrate(database.url);
    const pools = new Pools(database.url);
    try {
      return await work(pools);
    } finally {
      await pools.close();
    }
  } finally {
    await database.close();
  }
}

/** Who acts by a command on the database: nobody was asked who they are. */
export const commandLine: AuditActor = {
  kind: 'command-line',
  id: null,
  personId: null,
  name: 'command line',
  address: null,
  requestId: null,
};
