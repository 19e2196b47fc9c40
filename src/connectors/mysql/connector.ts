import type { Connection, ConnectionConfig, Connector } from '../connector.js';

/** MariaDB 10.6 and later. The driver is loaded by the first connection, and sessions are opened when they are first needed. */
export class MysqlConnector implements Connector {
  readonly kind = 'mysql';

  async open(config: ConnectionConfig): Promise<Connection> {
    const [{ MysqlConnection }, { openPools }] = await Promise.all([
      import('./connection.js'),
      import('./pools.js'),
    ]);
    return new MysqlConnection(config, openPools(config));
  }
}
