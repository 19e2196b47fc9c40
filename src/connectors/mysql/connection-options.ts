import { isIP } from 'node:net';
import type { PoolOptions, SslOptions } from 'mysql2';
import type { ConnectionConfig } from '../connector.js';
import { ConnectorError } from '../errors.js';

type TlsMode = NonNullable<ConnectionConfig['tls']>['mode'];

const modes = new Set<string>(['disable', 'require', 'verify-full']);

/**
 * `mysql://account:password@host:port/database?tls=…&socket=/path`. What `tls` says wins over the address; nothing falls back to plain
 * text by itself.
 */
export function connectionOptions(config: ConnectionConfig): PoolOptions & { readonly database: string } {
  const invalid = (expected: string) =>
    new ConnectorError(
      'connection-invalid',
      `The address of connection "${config.name}" is not valid: ${expected}`,
    );
  if (!URL.canParse(config.url)) throw invalid('expected mysql://account:password@host:port/database');
  const url = new URL(config.url);
  if (url.protocol !== 'mysql:' && url.protocol !== 'mariadb:')
    throw invalid('expected it to begin with mysql://');
  const database = decodeURIComponent(url.pathname.slice(1));
  if (database === '') throw invalid('expected a database name after the host');
  for (const name of url.searchParams.keys()) {
    if (name !== 'tls' && name !== 'socket') throw invalid(`"${name}" is not known; expected tls or socket`);
  }
  const asked = url.searchParams.get('tls') ?? 'disable';
  if (!modes.has(asked)) throw invalid(`tls=${asked} is not one of ${[...modes].join(', ')}`);
  const mode = config.tls?.mode ?? (asked as TlsMode);
  const socket = url.searchParams.get('socket');
  const host = decodeURIComponent(url.hostname).replace(/^\[(.*)\]$/, '$1');
  // The driver compares a certificate with a name only.
  if (mode === 'verify-full' && (socket !== null || isIP(host) !== 0))
    throw invalid('expected the name of the host, which its certificate is to show (verify-full)');
  return {
    ...(socket === null
      ? { host: host === '' ? 'localhost' : host, port: url.port === '' ? 3306 : Number(url.port) }
      : { socketPath: socket }),
    database,
    ...(url.username === '' ? {} : { user: decodeURIComponent(url.username) }),
    ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
    ...(mode === 'disable' ? {} : { ssl: tlsOptions(mode, config.tls?.ca) }),
  };
}

function tlsOptions(mode: TlsMode, ca: string | undefined): SslOptions {
  return {
    minVersion: 'TLSv1.2',
    rejectUnauthorized: mode === 'verify-full',
    verifyIdentity: mode === 'verify-full',
    ...(ca === undefined ? {} : { ca }),
  };
}
