import { checkServerIdentity, type ConnectionOptions as TlsOptions } from 'node:tls';
import type { ClientConfig } from 'pg';
import type { ConnectionConfig } from '../connector.js';
import { ConnectorError } from '../errors.js';

type TlsMode = NonNullable<ConnectionConfig['tls']>['mode'];

const urlModes: Readonly<Record<string, TlsMode>> = {
  disable: 'disable',
  require: 'require',
  'verify-ca': 'verify-full',
  'verify-full': 'verify-full',
};

/**
 * `postgresql://account:password@host:port/database?sslmode=…&host=/socket/folder`. What `tls` says wins over the address; modes that
 * may silently fall back to plain text (`allow`, `prefer`) are refused.
 */
export function connectionOptions(config: ConnectionConfig): ClientConfig {
  const invalid = (expected: string) =>
    new ConnectorError(
      'connection-invalid',
      `The address of connection "${config.name}" is not valid: ${expected}`,
    );
  if (!URL.canParse(config.url)) throw invalid('expected postgresql://account:password@host:port/database');
  const url = new URL(config.url);
  if (url.protocol !== 'postgresql:' && url.protocol !== 'postgres:')
    throw invalid('expected it to begin with postgresql://');
  const database = decodeURIComponent(url.pathname.slice(1));
  if (database === '') throw invalid('expected a database name after the host');
  for (const name of url.searchParams.keys()) {
    if (name !== 'sslmode' && name !== 'host')
      throw invalid(`"${name}" is not known; expected sslmode or host`);
  }
  const sslmode = url.searchParams.get('sslmode');
  const urlMode = sslmode === null ? 'disable' : urlModes[sslmode];
  if (urlMode === undefined)
    throw invalid(`sslmode=${String(sslmode)} is not one of ${Object.keys(urlModes).join(', ')}`);
  const mode = config.tls?.mode ?? urlMode;
  const host = url.searchParams.get('host') ?? decodeURIComponent(url.hostname).replace(/^\[(.*)\]$/, '$1');
  const target = host === '' ? 'localhost' : host;
  return {
    host: target,
    port: url.port === '' ? 5432 : Number(url.port),
    database,
    ...(url.username === '' ? {} : { user: decodeURIComponent(url.username) }),
    ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
    ssl: mode === 'disable' ? false : tlsOptions(target, mode, config.tls?.ca),
  };
}

function tlsOptions(host: string, mode: TlsMode, ca: string | undefined): TlsOptions {
  return {
    rejectUnauthorized: mode === 'verify-full',
    // The driver names no host to TLS when the address is an IP; the certificate would be compared with "localhost".
    checkServerIdentity: (_, certificate) => checkServerIdentity(host, certificate),
    ...(ca === undefined ? {} : { ca }),
  };
}
