import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type {
  Connection,
  Endpoint,
  EndpointOptions,
  LogEntry,
  LogPage,
  WriteReceipt,
} from '../../../src/connectors/connector.js';
import { PostgresConnector } from '../../../src/connectors/postgres/connector.js';
import { createTestDatabase } from '../../support/test-database.js';

/** A customer's database, with somebody who works in it behind the connector's back. */
export interface Side {
  readonly url: string;
  readonly user: pg.Pool;
  readonly connection: Connection;
  sql(text: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  open(options: Partial<EndpointOptions> & Pick<EndpointOptions, 'object' | 'columns'>): Promise<Endpoint>;
  connect(url?: string): Promise<Connection>;
  close(): Promise<void>;
}

export async function createSide(ddl = ''): Promise<Side> {
  const database = await createTestDatabase();
  const user = new pg.Pool({ connectionString: database.url, max: 8, application_name: 'desk' });
  user.on('error', () => undefined);
  if (ddl !== '') await user.query(ddl);
  const connections: Connection[] = [];
  const connect = async (url = database.url): Promise<Connection> => {
    const connection = await new PostgresConnector().open({
      name: 'crm',
      label: 'CRM',
      url,
      tls: null,
      clientName: 'accord test',
    });
    connections.push(connection);
    return connection;
  };
  const connection = await connect();
  return {
    url: database.url,
    user,
    connection,
    connect,
    sql: async (text, values) => (await user.query(text, values)).rows as Record<string, unknown>[],
    open: (options) => connection.endpoint({ consumer: 'demo/A', capture: { mode: 'log' }, ...options }),
    close: async () => {
      await Promise.all([...connections.map((each) => each.close()), user.end()]);
      await database.drop();
    },
  };
}

/** Everything that `changes` has to say from `cursor` on, and where it stands then. */
export async function drain(
  endpoint: Endpoint,
  from: LogPage['cursor'],
  limit = 1000,
): Promise<{ entries: LogEntry[]; cursor: LogPage['cursor']; gaps: string[]; pages: number }> {
  const entries: LogEntry[] = [];
  const gaps: string[] = [];
  let cursor = from;
  let pages = 0;
  for (;;) {
    const page = (await endpoint.changes(cursor, limit)) as LogPage;
    pages += 1;
    entries.push(...page.entries);
    if (page.gap !== null) gaps.push(page.gap.reason);
    // A cursor is JSON: what survives the hub's database must be enough.
    cursor = JSON.parse(JSON.stringify(page.cursor)) as LogPage['cursor'];
    if (!page.more) return { entries, cursor, gaps, pages };
  }
}

/**
 * Reads until there is no news. Transactions of other databases of the server that were under way when the cursor was made may each cause
 * one more look, so a single read need not be the last.
 */
export async function quiet(endpoint: Endpoint, from: LogPage['cursor']): Promise<LogPage['cursor']> {
  let cursor = from;
  for (let look = 0; look < 200; look++) {
    if (!(await endpoint.hasNews(cursor))) return cursor;
    const page = await drain(endpoint, cursor);
    if (page.entries.length > 0) throw new Error('expected nothing new');
    cursor = page.cursor;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('there is always news');
}

let lastBatch = 0;

export function batchId(): string {
  lastBatch += 1;
  return String(lastBatch);
}

export function committed(receipt: WriteReceipt): Extract<WriteReceipt, { status: 'committed' }> {
  if (receipt.status !== 'committed')
    throw new Error(`expected a committed batch, got ${JSON.stringify(receipt)}`);
  return receipt;
}

export function uniqueRole(prefix: string): string {
  return `${prefix}_${randomUUID().slice(0, 8)}`;
}
