import pg from 'pg';
import { superuser } from './cluster.js';

/** The address of a database of an embedded server. */
export function connectionUrl(port: number, password: string, database: string = superuser): string {
  return `postgresql://${superuser}:${password}@127.0.0.1:${port}/${database}`;
}

/** Makes Accord's own database where it does not exist yet. The server answers when this returns. */
export async function ensureDatabase(port: number, password: string): Promise<void> {
  try {
    await ask(connectionUrl(port, password), 'select 1');
  } catch (error) {
    if ((error as { code?: string }).code !== '3D000') throw error;
    await ask(connectionUrl(port, password, 'postgres'), `create database ${superuser}`).catch(
      (failure: unknown) => {
        if ((failure as { code?: string }).code !== '42P04') throw failure;
      },
    );
  }
}

/** The data folder of the server that listens on a port; undefined where none answers to this password. */
export async function dataFolderOf(port: number, password: string): Promise<string | undefined> {
  try {
    return await ask(connectionUrl(port, password, 'postgres'), `select current_setting('data_directory')`);
  } catch {
    return undefined;
  }
}

async function ask(url: string, sql: string): Promise<string | undefined> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  // A server that goes away while we talk also fails the query; unheard, this event would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<[string]>({ text: sql, rowMode: 'array' });
    return rows[0]?.[0];
  } finally {
    await client.end().catch(() => undefined);
  }
}
