import pg from 'pg';
import type { ConnectionConfig } from '../connector.js';
import { connectionOptions } from './connection-options.js';
import { pinnedSettings } from './column-type.js';
import { quoteText } from './identifiers.js';

/** What the small parts of this connector need of the driver. */
export type Queryable = Pick<pg.ClientBase, 'query'>;

/**
 * Two small pools, because they need different settings: nothing of a customer runs on a reading connection, so that the planner can
 * be told to walk indexes; a writing connection runs the customer's own triggers and must be as they expect it.
 */
export interface Pools {
  readonly read: pg.Pool;
  readonly write: pg.Pool;
  end(): Promise<void>;
}

const verbatim = { getTypeParser: () => (value: string) => value };

/** A dead peer is noticed within half a minute, so that a session which lost us does not hold locks for hours. */
const session = {
  ...pinnedSettings,
  client_encoding: 'UTF8',
  standard_conforming_strings: 'on',
  jit: 'off',
  tcp_keepalives_idle: '10',
  tcp_keepalives_interval: '5',
  tcp_keepalives_count: '4',
};
const reading = {
  ...session,
  default_transaction_isolation: 'read committed',
  statement_timeout: '60s',
  enable_seqscan: 'off',
  max_parallel_workers_per_gather: '0',
  // A cursor may only speak of what is on disk (log-cursor.ts).
  synchronous_commit: 'local',
};
const writing = { ...session, statement_timeout: '60s', idle_in_transaction_session_timeout: '60s' };

export function openPools(config: ConnectionConfig): Pools {
  const options = connectionOptions(config);
  const open = (settings: Readonly<Record<string, string>>, pipeline: boolean): pg.Pool => {
    const statements = Object.entries(settings).map(([name, value]) => `SET ${name} = ${quoteText(value)}`);
    // What was acknowledged must survive a crash, whatever the side's own applications can live with.
    statements.push(
      `SELECT set_config('synchronous_commit', 'local', false) WHERE current_setting('synchronous_commit') = 'off'`,
    );
    // Awaited by the pool, whatever its types say.
    const onConnect: (client: pg.ClientBase) => unknown = (client) => client.query(statements.join(';'));
    const pool = new pg.Pool({
      ...options,
      pipeline,
      max: 4,
      idleTimeoutMillis: 60_000,
      connectionTimeoutMillis: 10_000,
      query_timeout: 90_000,
      keepAlive: true,
      application_name: config.clientName,
      // Typed as the driver's own parsers, but every value is wanted as the text that came.
      types: verbatim as unknown as pg.CustomTypesConfig,
      onConnect,
    });
    // A session may break between two statements while it is in use: the next one says so.
    pool.on('connect', (client) => client.on('error', () => undefined));
    // An idle connection that breaks is dropped by the pool; the next statement says what is wrong.
    pool.on('error', () => undefined);
    return pool;
  };
  let ended: Promise<void> | undefined;
  const read = open(reading, false);
  const write = open(writing, true);
  return {
    read,
    write,
    end: () => (ended ??= Promise.all([read.end(), write.end()]).then(() => undefined)),
  };
}
