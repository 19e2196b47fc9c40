import type { Env } from '../common/env.js';
import { startEmbeddedPostgres, type EmbeddedPostgres } from './embedded-postgres.js';

/** The database that Accord keeps its own state in. */
export interface OwnDatabase {
  readonly url: string;
  /** Absent where DATABASE_URL names a server that is not ours to start or stop. */
  readonly embedded?: EmbeddedPostgres;
  /** To be called after the last connection has been closed. Stops the embedded server unless others use it. */
  close(): Promise<void>;
}

/**
 * DATABASE_URL if it is set, else the embedded server, started or adopted; nothing else differs between the two.
 *
 * @param onStarting called when an embedded server has begun to start by itself
 * @throws AppError as `startEmbeddedPostgres`
 */
export async function openOwnDatabase(
  env: Pick<Env, 'DATABASE_URL' | 'ACCORD_DATA_DIR' | 'PG_BIN_DIR'>,
  onStarting?: () => void,
): Promise<OwnDatabase> {
  if (env.DATABASE_URL !== undefined) return { url: env.DATABASE_URL, close: () => Promise.resolve() };
  const embedded = await startEmbeddedPostgres({
    dataDir: env.ACCORD_DATA_DIR,
    binDir: env.PG_BIN_DIR,
    onStarting,
  });
  return {
    url: embedded.url,
    embedded,
    close: async () => {
      await embedded.stop();
    },
  };
}
