import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { withClient } from './databases.js';

/** What the bench uses of src/embedded, which is built apart from it. */
interface EmbeddedModule {
  readonly startEmbeddedPostgres: (options: { dataDir: string }) => Promise<{
    readonly url: string;
    stop(): Promise<unknown>;
  }>;
}

/** The server that everything but the peer runs on: DATABASE_URL, or an embedded one for this run alone. */
export async function withServer<T>(
  dist: string,
  work: (server: { adminUrl: string; version: string }) => Promise<T>,
): Promise<T> {
  const given = process.env.DATABASE_URL;
  if (given !== undefined && given !== '')
    return await work({ adminUrl: given, version: await version(given) });
  const { startEmbeddedPostgres } = (await import(
    pathToFileURL(join(dist, 'embedded', 'embedded-postgres.js')).href
  )) as EmbeddedModule;
  const dataDir = await mkdtemp(join(tmpdir(), 'bench-server-'));
  // As root the server runs under another account, which must reach the folder.
  await chmod(dataDir, 0o755);
  const server = await startEmbeddedPostgres({ dataDir });
  try {
    return await work({ adminUrl: server.url, version: await version(server.url) });
  } finally {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function version(url: string): Promise<string> {
  return await withClient(url, async (client) => {
    const { rows } = await client.query<{ server_version: string }>('show server_version');
    return rows[0]?.server_version ?? '';
  });
}
