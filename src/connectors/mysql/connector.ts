import type { Connection, ConnectionConfig, Connector } from '../connector.js';
import { MysqlConnection } from './connection.js';
import { openPools } from './pools.js';

/** MariaDB 10.6 and later. Sessions are opened when they are first needed. */
export class MysqlConnector implements Connector {
  readonly kind = 'mysql';

  async open(config: ConnectionConfig): Promise<Connection> {
    return Promise.resolve().then(() => new MysqlConnection(config, openPools(config)));
  }
}
