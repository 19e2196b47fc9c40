import type { DeclaredConnection } from '../connectors/connection-catalog.js';
import type { ConnectionRow } from '../database/sql/connections/connections.js';
import { shownAddress } from './address.js';
import type { ConnectionDto } from './connection.dto.js';
import type { Declared } from './declared.js';

export function etagOf({ rev }: Pick<ConnectionRow, 'rev'>): string {
  return `"${String(rev)}"`;
}

export function presentKept(row: ConnectionRow, declared: Declared): ConnectionDto {
  const { name, connector, label, description, host, port, database, account, tls, ca, rate } = row;
  const overridden = declared.connection(name) !== null;
  return {
    name,
    origin: 'hand',
    connector,
    label: label ?? name,
    description,
    host,
    port,
    database,
    account,
    tls,
    ca,
    rate,
    secret:
      row.secret_set_at === null
        ? null
        : { setAt: row.secret_set_at.toISOString(), setBy: row.secret_set_by ?? '' },
    pipelines: overridden ? [] : declared.pipelinesOf(name),
    overridden,
    changedAt: row.changed_at.toISOString(),
    changedBy: row.changed_by,
    etag: etagOf(row),
  };
}

export function presentDeclared(connection: DeclaredConnection, declared: Declared): ConnectionDto {
  const { config, connector, rate } = connection;
  const shown = shownAddress(connection);
  return {
    name: config.name,
    origin: 'file',
    connector: connector === 'mysql' ? 'mysql' : 'postgres',
    label: config.label,
    description: null,
    host: shown?.host ?? null,
    port: shown?.port ?? null,
    database: shown?.database ?? null,
    account: shown?.account ?? null,
    tls: shown?.tls ?? 'disable',
    ca: config.tls?.ca ?? null,
    rate: rate ?? null,
    secret: null,
    pipelines: declared.pipelinesOf(config.name),
    overridden: false,
    changedAt: null,
    changedBy: null,
    etag: null,
  };
}
