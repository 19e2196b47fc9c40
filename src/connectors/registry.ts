import type { Connector } from './connector.js';
import { ConnectorError } from './errors.js';
import { MysqlConnector } from './mysql/connector.js';
import { PostgresConnector } from './postgres/connector.js';

const connectors: ReadonlyMap<string, Connector> = new Map(
  [new PostgresConnector(), new MysqlConnector()].map((connector) => [connector.kind, connector]),
);

/** What `connector:` in a pipeline file may name. */
export const connectorKinds: readonly string[] = [...connectors.keys()];

export function connectorOf(kind: string): Connector {
  const connector = connectors.get(kind);
  if (connector === undefined) {
    throw new ConnectorError(
      'connector-unknown',
      `There is no connector "${kind}"; there are: ${connectorKinds.join(', ')}`,
    );
  }
  return connector;
}
