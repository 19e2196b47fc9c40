import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Client, Pool } from 'pg';
import { createLineagePartitions } from '../../src/database/lineage-partitions.js';
import { migrate, schemaVersion } from '../../src/database/migrate.js';
import { migrationsFolder } from '../../src/database/migrations.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

describe('migrate', () => {
  let database: TestDatabase;
  let client: Client;
  let folder: string;
  beforeEach(async () => {
    database = await createTestDatabase();
    client = new Client({ connectionString: database.url });
    await client.connect();
    folder = await mkdtemp(join(tmpdir(), 'accord-migrations-'));
    await writeFile(
      join(folder, '0001_initial.sql'),
      await readFile(join(migrationsFolder, '0001_initial.sql')),
    );
  });
  afterEach(async () => {
    await client.end();
    await rm(folder, { recursive: true });
    await database.drop();
  });

  const partitions = async (): Promise<string[]> => {
    const { rows } = await client.query<{ name: string }>(
      `select inhrelid::regclass::text as name from pg_inherits where inhparent = 'lineage'::regclass order by 1`,
    );
    return rows.map(({ name }) => name);
  };

  it('makes the schema of an empty database and does nothing the second time', async () => {
    const first = await migrate(database.url);
    expect(first.ran).toContain('0001_initial');
    expect(await migrate(database.url)).toEqual({ ran: [], version: first.version, partitions: [] });
    const version = await schemaVersion(client);
    expect(version).toEqual({ applied: first.ran, pending: [], unknown: [] });
  });

  it('runs every migration exactly once when twenty processes start at the same time', async () => {
    const reports = await Promise.all(Array.from({ length: 20 }, () => migrate(database.url)));
    expect(reports.filter(({ ran }) => ran.length > 0)).toHaveLength(1);
    expect(new Set(reports.map(({ version }) => version)).size).toBe(1);
    const { rows } = await client.query(
      'select name, count(*)::int from schema_migration group by name having count(*) > 1',
    );
    expect(rows).toEqual([]);
  });

  it('refuses a database that a newer version has migrated, and leaves it as it is', async () => {
    await migrate(database.url);
    await client.query(`insert into schema_migration (name) values ('9999_from_the_future')`);
    await expect(migrate(database.url)).rejects.toMatchObject({
      code: 'database-newer',
      message: expect.stringContaining('9999_from_the_future'),
    });
    expect((await schemaVersion(client)).unknown).toEqual(['9999_from_the_future']);
  });

  it('leaves the database as it was when a later migration fails', async () => {
    await writeFile(join(folder, '0002_good.sql'), 'create table good (id int);');
    await writeFile(
      join(folder, '0003_bad.sql'),
      'create table half (id int); alter table absent add x int;',
    );
    await expect(migrate(database.url, { folder })).rejects.toMatchObject({
      code: 'migration-failed',
      message: expect.stringContaining('absent'),
    });
    const { rows } = await client.query(
      `select to_regclass('good') as good, to_regclass('half') as half, to_regclass('pipeline') as pipeline`,
    );
    expect(rows).toEqual([{ good: null, half: null, pipeline: null }]);
    await writeFile(
      join(folder, '0003_bad.sql'),
      `create table half (id int, note text default 'why? (1;2)');`,
    );
    expect((await migrate(database.url, { folder })).ran).toEqual(['0001_initial', '0002_good', '0003_bad']);
  });

  it('says so when the database cannot be reached', async () => {
    await expect(migrate('postgresql://nobody@127.0.0.1:1/none')).rejects.toMatchObject({
      code: 'database-unreachable',
    });
  });

  it('creates the lineage partitions of this month and the next two, over the end of a year', async () => {
    await migrate(database.url, { now: new Date('2031-11-30T23:30:00-05:00') });
    expect(await partitions()).toEqual(['lineage_2031_12', 'lineage_2032_01', 'lineage_2032_02']);
  });

  it('creates each partition once when several ask at the same time, beside an open writer', async () => {
    const now = new Date('2031-05-10T00:00:00Z');
    await migrate(database.url, { now });
    const pool = new Pool({ connectionString: database.url });
    await client.query('begin');
    await client.query(
      `insert into lineage (link_id, pipeline_id, kind, revision, units, recorded_at) values (1, 1, 'observed', 1, '{}', '2031-07-31T23:59:59.999Z')`,
    );
    const later = new Date('2031-08-01T00:00:00Z');
    const created = await Promise.all(
      Array.from({ length: 5 }, () => createLineagePartitions(pool, later)),
    ).finally(() => pool.end());
    await client.query('commit');
    expect(new Set(created.flat())).toEqual(
      new Set(['lineage_2031_08', 'lineage_2031_09', 'lineage_2031_10']),
    );
    expect(await partitions()).toHaveLength(6);
    const { rows } = await client.query(`select tableoid::regclass::text as name, id from lineage`);
    expect(rows).toEqual([{ name: 'lineage_2031_07', id: '1' }]);
  });

  it('has no default partition: a row that fits nowhere is refused', async () => {
    await migrate(database.url, { now: new Date('2031-05-10T00:00:00Z') });
    await expect(
      client.query(
        `insert into lineage (link_id, pipeline_id, kind, revision, units, recorded_at) values (1, 1, 'observed', 1, '{}', '2031-12-01')`,
      ),
    ).rejects.toThrow(/no partition/);
  });
});
