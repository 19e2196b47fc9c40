import pg from 'pg';
import { AppError } from '../common/errors.js';
import type { DeclaredConnection, KeptConnections, KeptFacts } from '../connectors/connection-catalog.js';
import { unseal } from '../database/secrets/envelope.js';
import type { KeyStore } from '../database/secrets/key-store.js';
import {
  allConnections,
  connectionByName,
  secretOf,
  type ConnectionRow,
} from '../database/sql/connections/connections.js';
import { run } from '../database/sql/statement.js';
import { destination, openable } from './address.js';

const UNDEFINED_TABLE = '42P01';

/**
 * The connections that people keep, for what opens them. Asked rarely: at start, and when one was changed, so that each look has a
 * session of its own.
 */
export class KeptInDatabase implements KeptConnections {
  constructor(
    private readonly databaseUrl: string,
    private readonly keys: KeyStore,
    private readonly clientName = 'accord',
  ) {}

  async list(): Promise<readonly KeptFacts[]> {
    const rows = await this.#look((client) => run(client, allConnections, []));
    return rows.map(({ id, name, connector, label, rate, rev }) => ({
      name,
      connector,
      label,
      rate,
      version: `${id}:${String(rev)}`,
    }));
  }

  async find(name: string): Promise<DeclaredConnection | null> {
    const [found] = await this.#look(async (client) => {
      const [row] = await run(client, connectionByName, [name]);
      if (row === undefined) return [];
      const password = await passwordOf(client, row, this.keys).catch((error: unknown) => {
        // Put under another key between reading the secret and reading the keys.
        if (error instanceof AppError && error.code === 'master-key-unknown')
          return passwordOf(client, row, this.keys);
        throw error;
      });
      return [{ row, password }];
    });
    return found === undefined ? null : openable(found.row, found.password, this.clientName);
  }

  async #look<T>(work: (client: pg.Client) => Promise<readonly T[]>): Promise<readonly T[]> {
    const client = new pg.Client({
      connectionString: this.databaseUrl,
      application_name: 'accord connections',
      connectionTimeoutMillis: 10_000,
    });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await work(client);
    } catch (error) {
      // Before the first start there is nothing yet.
      if ((error as { code?: string }).code === UNDEFINED_TABLE) return [];
      throw error;
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

/** @throws AppError `master-key-missing`, `master-key-unknown`, `secret-unreadable` */
export async function passwordOf(
  client: Pick<pg.ClientBase, 'query'>,
  row: ConnectionRow,
  keys: KeyStore,
): Promise<string | null> {
  const [secret] = await run(client, secretOf, [row.id]);
  if (secret === undefined) return null;
  const { id, sealed, data_key, master_key_id } = secret;
  return unseal(
    { id, sealed, dataKey: data_key, masterKeyId: master_key_id },
    { binding: [row.id, ...destination(row)], what: `The password of connection "${row.name}"` },
    keys.keys(),
  );
}
