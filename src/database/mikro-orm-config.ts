import { defineConfig, type Options } from '@mikro-orm/postgresql';
import { Migrator } from '@mikro-orm/migrations';
import type { MigrationObject } from '@mikro-orm/core';
import { entities } from './entities.js';
import { PostgresNaming } from './naming.js';

/**
 * MikroORM as Accord uses it. The schema is written in `migrations/*.sql`; the entities follow it, which a test checks.
 *
 * `bigint` columns are numbers: all of them are ids of sequences or counts, far below 2^53, and a number goes into JSON
 * and comparisons as it is. (`pools.ts` reads them the same way and refuses a larger one.)
 */
export function mikroOrmConfig(url: string, migrations: readonly MigrationObject[] = []): Options {
  return defineConfig({
    clientUrl: url,
    entities,
    namingStrategy: PostgresNaming,
    extensions: [Migrator],
    forceUtcTimezone: true,
    ignoreUndefinedInQuery: false,
    // Said by ourselves where it matters; MikroORM would print to the console.
    logger: () => undefined,
    pool: { min: 0, max: 6, idleTimeoutMillis: 30_000 },
    driverOptions: { application_name: 'accord' },
    ensureDatabase: false,
    migrations: {
      tableName: 'schema_migration',
      migrationsList: [...migrations],
      snapshot: false,
      silent: true,
      transactional: true,
      allOrNothing: true,
      disableForeignKeys: false,
    },
    schemaGenerator: {
      disableForeignKeys: false,
      // Partitions of `lineage` come and go by the month; sequences, triggers, functions and storage options are the migrations' business.
      skipTables: [/^lineage_\d{4}_\d{2}$/, 'schema_migration'],
      ignoreTriggers: true,
      ignoreRoutines: true,
    },
  });
}
