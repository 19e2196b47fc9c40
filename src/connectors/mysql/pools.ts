import mysql from 'mysql2/promise';
import type { ConnectionConfig } from '../connector.js';
import { connectionOptions } from './connection-options.js';

export type Row = (string | null)[];

export interface Queryable {
  /** Rows as the server's texts. */
  rows(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** A statement without rows; the number of rows that it found. */
  run(sql: string, values?: readonly unknown[]): Promise<number>;
}

/** One session, taken for a transaction. */
export interface Session extends Queryable {
  release(broken: boolean): void;
}

/** Reading sessions look at every value as UTC text; a writing one runs the customer's own triggers, and is as strict as can be. */
export interface Pools {
  readonly database: string;
  readonly read: SessionPool;
  readonly write: SessionPool;
  end(): Promise<void>;
}

/** Under these a value that cannot be kept is an error, never a warning; the server's texts are the same for everybody. */
export const sqlMode =
  'STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_VALUE_ON_ZERO,NO_ENGINE_SUBSTITUTION';

const session = [
  `sql_mode = '${sqlMode}'`,
  `time_zone = '+00:00'`,
  // Each statement sees what is committed when it begins; locks are taken on the rows that are found, and on no gap between rows.
  `tx_isolation = 'READ-COMMITTED'`,
  'autocommit = 1',
  'max_statement_time = 60',
  'group_concat_max_len = 16777216',
  'lock_wait_timeout = 5',
];
const reading = [...session, 'innodb_lock_wait_timeout = 0'];
const writing = [...session, 'innodb_lock_wait_timeout = 3', 'idle_write_transaction_timeout = 60'];

export class SessionPool implements Queryable {
  private readonly pool: mysql.Pool;

  constructor(config: ConnectionConfig, settings: readonly string[]) {
    this.pool = mysql.createPool({
      ...connectionOptions(config),
      charset: 'utf8mb4_general_ci',
      connectionLimit: 4,
      connectTimeout: 10_000,
      enableKeepAlive: true,
      rowsAsArray: true,
      // Every value is wanted as the text that came; all that we select is text.
      typeCast: (field) => field.string(),
      // UPDATE counts the rows that it found, as everywhere else.
      flags: ['FOUND_ROWS'],
      connectAttributes: { program_name: config.clientName },
    });
    this.pool.pool.on('connection', (connection) => {
      // Before anything else on this session; one that could not be set up is of no use.
      connection.query(`set ${settings.join(', ')}`, (error) => {
        if (error !== null) connection.destroy();
      });
      connection.on('error', () => undefined);
    });
  }

  async rows(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    return this.once((session) => session.rows(sql, values));
  }

  async run(sql: string, values: readonly unknown[] = []): Promise<number> {
    return this.once((session) => session.run(sql, values));
  }

  async acquire(): Promise<Session> {
    const connection = await this.pool.getConnection();
    return {
      rows: async (sql, values) => (await answered(connection, sql, values)) as Row[],
      run: async (sql, values) =>
        ((await answered(connection, sql, values)) as mysql.ResultSetHeader).affectedRows,
      release: (broken) => {
        if (broken) connection.destroy();
        else connection.release();
      },
    };
  }

  private async once<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const session = await this.acquire();
    try {
      return await work(session);
    } finally {
      // One whose connection was lost is not given out again by the pool.
      session.release(false);
    }
  }

  async end(): Promise<void> {
    await this.pool.end();
  }
}

/** A server that does not answer at all is given up after its own limit has had its chance. */
const silenceMs = 90_000;

async function answered(
  connection: mysql.PoolConnection,
  sql: string,
  values: readonly unknown[] = [],
): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      connection.destroy();
      reject(Object.assign(new Error('the server does not answer'), { code: 'ETIMEDOUT' }));
    }, silenceMs);
  });
  try {
    const [result] = await Promise.race([connection.query(sql, [...values]), silence]);
    return result;
  } finally {
    clearTimeout(timer);
  }
}

export function openPools(config: ConnectionConfig): Pools {
  let ended: Promise<void> | undefined;
  const { database } = connectionOptions(config);
  const read = new SessionPool(config, reading);
  const write = new SessionPool(config, writing);
  return {
    database,
    read,
    write,
    end: () => (ended ??= Promise.all([read.end(), write.end()]).then(() => undefined)),
  };
}
