import type { Env } from '../common/env.js';
import type { Leases } from '../database/lease.js';
import type { HubPools } from '../database/pools.js';
import type { OpenProject } from '../project.js';
import { openOwnDatabase, type OwnDatabase } from '../embedded/own-database.js';

/** Accord's own database and the project, for commands that do not go through the running service. */
export interface Hub {
  readonly database: OwnDatabase;
  readonly pools: HubPools;
  readonly leases: Leases;
  readonly project: OpenProject;
}

/** Opens the hub, migrated, for the time of `work`. The embedded server stops afterwards unless the service uses it. */
export async function withHub<T>(env: Env, work: (hub: Hub) => Promise<T>): Promise<T> {
  const [{ HubPools: Pools }, { Leases: LeasesOf }, { migrate }, { openProject }] = await Promise.all([
    import('../database/pools.js'),
    import('../database/lease.js'),
    import('../database/migrate.js'),
    import('../project.js'),
  ]);
  const database = await openOwnDatabase(env);
  try {
    const [project] = await Promise.all([openProject(env, database), migrate(database.url)]);
    await project.catalog.refresh();
    const pools = new Pools(database.url);
    try {
      return await work({ database, pools, leases: new LeasesOf(pools.general), project });
    } finally {
      await project.catalog.close();
      await pools.close();
    }
  } finally {
    await database.close();
  }
}
