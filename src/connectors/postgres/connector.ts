import type { Connection, ConnectionConfig, Connector } from '../connector.js';
import { PostgresConnection } from './connection.js';
import { openPools } from './pools.js';

/** PostgreSQL 13 and later. Sessions are opened when they are first needed. */
export class PostgresConnector implements Connector {
  readonly kind = 'postgres';

  async open(config: ConnectionConfig): Promise<Connection> {
    return Promise.resolve().then(() => new PostgresConnection(config, openPools(config)));
  }
}
