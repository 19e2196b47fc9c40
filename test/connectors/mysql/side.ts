import mysql from 'mysql2/promise';
import type {
  Connection,
  Endpoint,
  EndpointOptions,
  LogEntry,
  LogPage,
  WriteReceipt,
} from '../../../src/connectors/connector.js';
import { MysqlConnector } from '../../../src/connectors/mysql/connector.js';
import { createMariaDatabase } from '../../support/mariadb.js';

export type Values = Record<string, string | number | null>;

/** A customer's database, with somebody who works in it behind the connector's back. */
export interface Side {
  readonly url: string;
  readonly name: string;
  readonly user: mysql.Pool;
  readonly connection: Connection;
  /** Rows as texts. */
  sql(text: string, values?: readonly (string | number | null)[]): Promise<Record<string, string | null>[]>;
  open(options: Partial<EndpointOptions> & Pick<EndpointOptions, 'object' | 'columns'>): Promise<Endpoint>;
  connect(url?: string, tls?: 'require' | 'verify-full', ca?: string): Promise<Connection>;
  close(): Promise<void>;
}

export async function createSide(ddl = ''): Promise<Side> {
  const database = await createMariaDatabase();
  const user = mysql.createPool({
    uri: database.url,
    multipleStatements: true,
    typeCast: (field) => field.string(),
    connectionLimit: 8,
  });
  if (ddl !== '') await user.query(ddl);
  const connections: Connection[] = [];
  const connect = async (
    url = database.url,
    tls?: 'require' | 'verify-full',
    ca?: string,
  ): Promise<Connection> => {
    const connection = await new MysqlConnector().open({
      name: 'shop',
      label: 'Shop',
      url,
      tls: tls === undefined ? null : { mode: tls, ...(ca === undefined ? {} : { ca }) },
      clientName: 'accord test',
    });
    connections.push(connection);
    return connection;
  };
  const connection = await connect();
  return {
    url: database.url,
    name: database.name,
    user,
    connection,
    connect,
    sql: async (text, values = []) =>
      (await user.query(text, [...values]))[0] as unknown as Record<string, string | null>[],
    open: (options) => connection.endpoint({ consumer: 'demo/B', capture: { mode: 'log' }, ...options }),
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
