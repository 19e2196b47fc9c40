import pg from 'pg';
import { removeRun } from './test-run.mjs';

export default async function globalTeardown() {
  const { ACCORD_TEST_RUN: folder, ACCORD_TEST_DATABASE_URL: url } = process.env;
  if (url) await dropDatabases(url, `accord_test_${process.pid}_`);
  await removeRun(folder);
}

/** On a server that is not ours, only what this run has made goes. */
async function dropDatabases(url, prefix) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query('select datname from pg_database where starts_with(datname, $1)', [
    prefix,
  ]);
  for (const { datname } of rows) await client.query(`drop database if exists "${datname}" with (force)`);
  await client.end();
}
