import type { MigrationObject } from '@mikro-orm/core';
import { MikroORM } from '@mikro-orm/postgresql';
import { Client, type ClientBase, type Pool } from 'pg';
import { AppError, messageOf } from '../common/errors.js';
import { createLineagePartitions } from './lineage-partitions.js';
import { readMigrations } from './migrations.js';
import { mikroOrmConfig } from './mikro-orm-config.js';

/** Held while migrating, by session, so that a process that dies lets go of it. */
const migrationLock = 0x6163636f;

export interface MigrationReport {
  /** Names of the migrations that this call ran. */
  readonly ran: readonly string[];
  /** The newest migration that the database now has. */
  readonly version: string;
  /** Partitions of `lineage` that were created. */
  readonly partitions: readonly string[];
}

export interface MigrateOptions {
  /** Where the SQL files are; default: the package's. */
  readonly folder?: string;
  /** Which month's partitions are needed; default: now. */
  readonly now?: Date;
}

/**
 * Brings the database to the schema of this code. Any number of processes may call it at once: one migrates, the others
 * wait and find nothing to do. All pending migrations commit together or not at all.
 *
 * @throws AppError `database-unreachable`; `database-newer` when the database has a migration that this code does not
 * know, in which case nothing was changed; `migration-failed` with the database as it was
 */
export async function migrate(url: string, options: MigrateOptions = {}): Promise<MigrationReport> {
  const migrations = await readMigrations(options.folder);
  const lock = new Client({ connectionString: url, application_name: 'accord migrate' });
  lock.on('error', () => undefined);
  await lock.connect().catch((cause: unknown) => {
    throw unreachable(cause);
  });
  try {
    await lock.query('select pg_advisory_lock($1)', [migrationLock]);
    const known = migrations.map(({ name }) => name);
    const applied = await executedMigrations(lock);
    refuseNewer(applied, known);
    const ran = known.every((name) => applied.includes(name)) ? [] : await runPending(url, migrations);
    const partitions = await createLineagePartitions(lock, options.now ?? new Date());
    return { ran, version: known.at(-1) ?? '', partitions };
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError('migration-failed', `The database was not migrated: ${messageOf(cause)}`, { cause });
  } finally {
    await lock.end();
  }
}

async function runPending(url: string, migrations: readonly MigrationObject[]): Promise<string[]> {
  const orm = await MikroORM.init(mikroOrmConfig(url, migrations));
  try {
    return (await orm.migrator.up()).map(({ name }) => name);
  } finally {
    await orm.close();
  }
}

/** Where the schema of a database stands, without changing anything. */
export interface SchemaVersion {
  readonly applied: readonly string[];
  /** Migrations of this code that the database lacks. */
  readonly pending: readonly string[];
  /** Migrations of the database that this code does not know. */
  readonly unknown: readonly string[];
}

export async function schemaVersion(database: ClientBase | Pool, folder?: string): Promise<SchemaVersion> {
  const known = (await readMigrations(folder)).map(({ name }) => name);
  const applied = await executedMigrations(database);
  return {
    applied,
    pending: known.filter((name) => !applied.includes(name)),
    unknown: applied.filter((name) => !known.includes(name)),
  };
}

async function executedMigrations(database: ClientBase | Pool): Promise<string[]> {
  const { rows } = await database.query<{ there: boolean }>(
    `select to_regclass('schema_migration') is not null as there`,
  );
  if (rows[0]?.there !== true) return [];
  return (await database.query<{ name: string }>('select name from schema_migration order by id')).rows.map(
    ({ name }) => name,
  );
}

function refuseNewer(applied: readonly string[], known: readonly string[]): void {
  const unknown = applied.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new AppError(
    'database-newer',
    `The database has migrations that this version does not know (${unknown.join(', ')}). ` +
      'Start the version that made them, or restore the database from before.',
    { details: { unknown } },
  );
}

function unreachable(cause: unknown): AppError {
  return new AppError('database-unreachable', `Accord's database cannot be reached: ${messageOf(cause)}`, {
    cause,
  });
}
