import type { DeclaredConnection } from '../connectors/connection-catalog.js';
import type { ConnectionRow, TlsMode } from '../database/sql/connections/connections.js';

/** What of a connection makes up its address, apart from the password. */
export type AddressParts = Pick<
  ConnectionRow,
  'connector' | 'host' | 'port' | 'database' | 'account' | 'tls' | 'ca'
>;

/** Names and addresses of hosts, or the folder or file of a socket. */
export const HOST = /^(\/[^\s?#%&]{1,200}|[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,252})|[0-9A-Fa-f:.]{2,45})$/;

export const defaultPort = { postgres: 5432, mysql: 3306 } as const;

/**
 * To whom the password is sent, and who could read it on the way. A secret is bound to this: whoever changes it must know the secret, and
 * so nobody learns one by pointing its connection to a server of their own.
 */
export function destination({ connector, host, port, account, tls, ca }: AddressParts): readonly string[] {
  return [connector, host, String(port), account, tls, ca ?? ''];
}

export function sameDestination(one: AddressParts, other: AddressParts): boolean {
  return JSON.stringify(destination(one)) === JSON.stringify(destination(other));
}

/** As a connector opens it. */
export function openable(
  row: AddressParts & Pick<ConnectionRow, 'name' | 'label' | 'rate'>,
  password: string | null,
  clientName: string,
): DeclaredConnection {
  const { name, connector, label, tls, ca, rate } = row;
  return {
    connector,
    config: {
      name,
      label: label ?? name,
      url: urlOf(row, password),
      tls: { mode: tls, ...(ca !== null && { ca }) },
      clientName,
    },
    ...(rate !== null && { rate }),
  };
}

function urlOf({ connector, host, port, database, account }: AddressParts, password: string | null): string {
  const isSocket = host.startsWith('/');
  const place = isSocket ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  const who = `${encodeURIComponent(account)}${password === null ? '' : `:${encodeURIComponent(password)}`}`;
  const socket = connector === 'postgres' ? 'host' : 'socket';
  return `${connector}://${who}@${place}:${String(port)}/${encodeURIComponent(database)}${isSocket ? `?${socket}=${encodeURIComponent(host)}` : ''}`;
}

/** What may be shown of a connection that a file declares: nothing that is secret. */
export interface ShownAddress {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly account: string;
  readonly tls: TlsMode;
}

export function shownAddress({ connector, config }: DeclaredConnection): ShownAddress | null {
  const url = URL.parse(config.url);
  if (url === null) return null;
  const said = url.searchParams.get(connector === 'mysql' ? 'tls' : 'sslmode');
  const mode = said === 'verify-ca' ? 'verify-full' : said;
  return {
    host: url.searchParams.get(connector === 'mysql' ? 'socket' : 'host') ?? decoded(url.hostname),
    port:
      url.port === '' ? (connector === 'mysql' ? defaultPort.mysql : defaultPort.postgres) : Number(url.port),
    database: decoded(url.pathname.slice(1)),
    account: decoded(url.username),
    tls: config.tls?.mode ?? (mode === 'require' || mode === 'verify-full' ? mode : 'disable'),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
