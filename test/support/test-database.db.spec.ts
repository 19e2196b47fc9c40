import { afterAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createTestDatabase, migratedDatabase, type TestDatabase } from './test-database.js';

async function connect(database: TestDatabase): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.url });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

describe('a test database', () => {
  const databases: TestDatabase[] = [];
  afterAll(async () => {
    for (const database of databases) await database.drop();
  });

  it('is a clone of its template and its own from then on', async () => {
    const template = await createTestDatabase();
    databases.push(template);
    const client = await connect(template);
    await client.query('create table company as select 1 as id');
    await client.end();

    const clone = await createTestDatabase({ template: template.name });
    databases.push(clone);
    const other = await connect(clone);
    await other.query('insert into company values (2)');
    expect((await other.query('select id from company order by id')).rows).toEqual([{ id: 1 }, { id: 2 }]);
    await other.end();
  });

  it('cannot be dropped in silence while something still holds a connection to it', async () => {
    const database = await createTestDatabase();
    const client = await connect(database);
    await expect(database.drop()).rejects.toThrow(/were left open/);
    await client.end();
  });

  it('has the schema of the product where that is asked for, migrated once for all who ask', async () => {
    const [one, other] = await Promise.all([migratedDatabase(), migratedDatabase()]);
    databases.push(one, other);
    const client = await connect(one);
    const { rows } = await client.query(
      `select count(*)::int as tables from pg_tables where schemaname <> all ($1)`,
      [['pg_catalog', 'information_schema']],
    );
    expect(rows[0].tables).toBeGreaterThan(5);
    await client.end();
    expect(one.name).not.toBe(other.name);
  });
});
