import type { Connection, ConnectionSettings } from '../api/connections';

/** The form as it is filled in: text everywhere, empty for nothing. */
export interface Fields {
  readonly name: string;
  readonly connector: Connection['connector'];
  readonly label: string;
  readonly description: string;
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly account: string;
  readonly password: string;
  readonly tls: Connection['tls'];
  readonly ca: string;
  readonly rate: string;
}

export const usualPort = { postgres: 5432, mysql: 3306 } as const;

export const emptyFields: Fields = {
  name: '',
  connector: 'postgres',
  label: '',
  description: '',
  host: '',
  port: usualPort.postgres,
  database: '',
  account: '',
  password: '',
  tls: 'disable',
  ca: '',
  rate: '',
};

export function fieldsOf(connection: Connection): Fields {
  const { name, connector, label, description, host, port, database, account, tls, ca, rate } = connection;
  return {
    name,
    connector,
    label: label === name ? '' : label,
    description: description ?? '',
    host: host ?? '',
    port: port ?? usualPort[connector],
    database: database ?? '',
    account: account ?? '',
    password: '',
    tls,
    ca: ca ?? '',
    rate: rate ?? '',
  };
}

/** An empty password is left out: the one that is set stays. */
export function settingsOf(fields: Fields): ConnectionSettings {
  const { label, description, host, port, database, account, password, tls, ca, rate } = fields;
  return {
    label: orNull(label),
    description: orNull(description),
    host: host.trim(),
    port,
    database,
    account,
    ...(password !== '' && { password }),
    tls,
    ca: tls === 'verify-full' ? orNull(ca) : null,
    rate: orNull(rate),
  };
}

/** A password that is kept is only kept for where it was meant to go. */
export function goesElsewhere(connection: Connection, fields: Fields): boolean {
  const now = settingsOf(fields);
  return (
    connection.host !== now.host ||
    connection.port !== now.port ||
    connection.account !== now.account ||
    connection.tls !== now.tls ||
    connection.ca !== now.ca
  );
}

function orNull(text: string): string | null {
  const trimmed = text.trim();
  return trimmed === '' ? null : trimmed;
}
