import pg from 'pg';

const nameOf = (url: string): string => new URL(url).pathname.slice(1);

async function asAdministrator(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const server = new URL(url);
  server.pathname = '/postgres';
  const client = new pg.Client({ connectionString: server.href });
  await client.connect();
  try {
    await client.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [
      nameOf(url),
    ]);
    await work(client);
  } finally {
    await client.end();
  }
}

/** A copy of the whole database beside it. Whoever is connected is cut off. */
export function backUp(url: string): Promise<void> {
  return asAdministrator(url, async (client) => {
    await client.query(`create database "${nameOf(url)}_backup" template "${nameOf(url)}"`);
  });
}

/** The database is what it was when it was copied. */
export function setBack(url: string): Promise<void> {
  return asAdministrator(url, async (client) => {
    await client.query(`drop database "${nameOf(url)}"`);
    await client.query(`alter database "${nameOf(url)}_backup" rename to "${nameOf(url)}"`);
  });
}
