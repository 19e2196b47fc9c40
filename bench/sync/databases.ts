import { once } from 'node:events';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { baseRow, columns, createTable, table } from './records.js';

export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** The same server, another database. */
export function databaseUrl(url: string, database: string): string {
  const other = new URL(url);
  other.pathname = `/${database}`;
  return other.href;
}

/** Makes an empty database, throwing away one of that name. */
export async function freshDatabase(adminUrl: string, name: string): Promise<string> {
  await dropDatabase(adminUrl, name);
  await withClient(adminUrl, (client) => client.query(`create database ${name} template template0`));
  return databaseUrl(adminUrl, name);
}

export async function dropDatabase(adminUrl: string, name: string): Promise<void> {
  await withClient(adminUrl, (client) => client.query(`drop database if exists ${name} with (force)`));
}

export async function makeTable(url: string): Promise<void> {
  await withClient(url, (client) => client.query(createTable));
}

/** Fills the table with records 1 to n. */
export async function fill(url: string, records: number): Promise<void> {
  await withClient(url, async (client) => {
    const stream = client.query(copyFrom(`copy ${table} (id, ${columns.join(', ')}) from stdin`));
    for (let id = 1; id <= records; id++) {
      const line = `${id}\t${baseRow(id).join('\t')}\n`;
      if (!stream.write(line)) await once(stream, 'drain');
    }
    stream.end();
    await once(stream, 'finish');
    await client.query(`analyze ${table}`);
  });
}

/** A checkpoint now, so that none falls into a measured span by chance. */
export async function checkpoint(url: string): Promise<void> {
  await withClient(url, (client) => client.query('checkpoint'));
}
