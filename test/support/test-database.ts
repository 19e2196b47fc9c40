import { join, basename } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/embedded/embedded-postgres.js';

export interface TestDatabase {
  readonly name: string;
  readonly url: string;
  /**
   * Drops the database.
   *
   * @throws Error when connections are still open a second later: what was tested leaks them
   */
  readonly drop: () => Promise<void>;
}

let server: Promise<string> | undefined;
let made = 0;

/**
 * The PostgreSQL server of this test run, as a superuser's address: ACCORD_TEST_DATABASE_URL, or one embedded server
 * that all workers share. It is started by whoever asks first.
 */
export function testServerUrl(): Promise<string> {
  server ??= process.env.ACCORD_TEST_DATABASE_URL
    ? Promise.resolve(process.env.ACCORD_TEST_DATABASE_URL)
    : startEmbeddedPostgres({
        dataDir: join(runFolder(), 'server'),
        binDir: process.env.PG_BIN_DIR,
        settings: { fsync: false, autovacuum: false, max_wal_size: '1GB', shared_buffers: '256MB' },
      }).then(({ url }) => url);
  return server;
}

/** The folder of this run, removed at its end. */
export function runFolder(): string {
  const folder = process.env.ACCORD_TEST_RUN;
  if (folder === undefined)
    throw new Error('Run the tests through Jest: its global setup makes the folder of a run');
  return folder;
}

/** A fresh database of its own for one spec: empty, or a clone of a template database. */
export async function createTestDatabase({ template = 'template0' } = {}): Promise<TestDatabase> {
  const name = `${prefix()}${process.pid}_${++made}`;
  await onServer((client) => client.query(`create database "${name}" template "${template}"`));
  return { name, url: await urlOf(name), drop: () => drop(name) };
}

/** A fresh database with the product's schema. The migrations run once per test run; every call clones the result. */
export async function migratedDatabase(): Promise<TestDatabase> {
  return createTestDatabase({ template: await migratedTemplate() });
}

async function migratedTemplate(): Promise<string> {
  const name = `${prefix()}template`;
  await onServer(async (client) => {
    // Workers that ask at the same time wait for the first.
    await client.query('select pg_advisory_lock(hashtext($1))', [name]);
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
    if (rowCount === 1) return;
    await client.query(`drop database if exists "${name}_unfinished" with (force)`);
    await client.query(`create database "${name}_unfinished" template template0`);
    // Only specs that want the schema load MikroORM.
    const { migrate } = await import('../../src/database/migrate.js');
    await migrate(await urlOf(`${name}_unfinished`));
    await client.query(`alter database "${name}_unfinished" rename to "${name}"`);
  });
  return name;
}

/** All names of a run begin alike, so that its end can drop them from a server that is not ours. */
function prefix(): string {
  const pid = basename(runFolder()).split('-')[2];
  return `accord_test_${pid ?? ''}_`;
}

async function drop(name: string): Promise<void> {
  const open = await onServer(async (client) => {
    const sql = `select application_name as app, state, left(query, 200) as query from pg_stat_activity where datname = $1`;
    let rows: unknown[] = [];
    for (let waited = 0; waited < 1_000; waited += 50) {
      ({ rows } = await client.query(sql, [name]));
      if (rows.length === 0) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await client.query(`drop database if exists "${name}" with (force)`);
    return rows;
  });
  if (open.length > 0) throw new Error(`Connections to ${name} were left open: ${JSON.stringify(open)}`);
}

async function urlOf(database: string): Promise<string> {
  const url = new URL(await testServerUrl());
  url.pathname = `/${database}`;
  return url.href;
}

async function onServer<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: await testServerUrl() });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
