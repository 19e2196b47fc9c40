import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { Connection, Endpoint } from '../../../src/connectors/connector.js';
import { PostgresConnector } from '../../../src/connectors/postgres/connector.js';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../../src/embedded/embedded-postgres.js';
import { runFolder } from '../../support/test-database.js';
import { batchId, committed, drain } from './side.js';

describe('a server that crashes', () => {
  let server: EmbeddedPostgres;
  const dataDir = (): string => join(runFolder(), 'crashing');
  const startServer = async (): Promise<void> => {
    server = await startEmbeddedPostgres({
      dataDir: dataDir(),
      binDir: process.env.PG_BIN_DIR,
      settings: { autovacuum: false },
    });
  };
  beforeAll(startServer, 60_000);
  afterAll(async () => {
    await server.stop('immediate');
  });

  it('hands out transaction ids again that left no trace; the cursor does not take them for known', async () => {
    await sql(
      `create table company (id int primary key, name text); insert into company select g, 'old' from generate_series(1, 200) g`,
    );
    let { connection, endpoint } = await open();
    await endpoint.install();
    const receipt = committed(
      await endpoint.write({
        id: batchId(),
        items: [{ op: 'update', id: '200', set: { name: 'ours' }, expect: { name: 'old' } }],
      }),
    );
    // Ids that are used up and leave nothing on disk; the cursor is made in their midst, and the crash comes at once.
    const start = await endpoint.now();
    await burn(300);
    const { cursor } = await drain(endpoint, start);
    await burn(5);
    await connection.close();

    await server.stop('immediate');
    await startServer();

    ({ connection, endpoint } = await open());
    for (let i = 1; i <= 150; i++) await sql(`update company set name = 'after the crash' where id = ${i}`);
    const after = await drain(endpoint, cursor);
    expect(after.gaps).toEqual([]);
    expect(after.entries.map(({ id }) => Number(id))).toEqual(Array.from({ length: 150 }, (_, i) => i + 1));
    expect(endpoint.covers(after.cursor, receipt.mark)).toBe(true);
    expect(await sql(`select name from company where id = 200`)).toEqual([{ name: 'ours' }]);
    await connection.close();
  }, 120_000);

  async function open(): Promise<{ connection: Connection; endpoint: Endpoint }> {
    const connection = await new PostgresConnector().open({
      name: 'crm',
      label: 'CRM',
      url: server.url,
      tls: null,
      clientName: 'accord test',
    });
    return {
      connection,
      endpoint: await connection.endpoint({
        consumer: 'demo/A',
        object: 'company',
        columns: ['name'],
        capture: { mode: 'log' },
      }),
    };
  }

  async function burn(count: number): Promise<void> {
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    for (let i = 0; i < count; i++) await client.query(`begin; select pg_current_xact_id(); rollback`);
    await client.end();
  }

  async function sql(text: string): Promise<unknown[]> {
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    try {
      return (await client.query(text)).rows as unknown[];
    } finally {
      await client.end();
    }
  }
});
