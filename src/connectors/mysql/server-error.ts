import { messageOf } from '../../common/errors.js';
import { withoutValues } from '../../common/without-values.js';
import { ConnectorError, type ConnectorErrorCode } from '../errors.js';

/** What the driver throws: `errno` is the server's number, or negative for a socket's. */
interface DriverError extends Error {
  readonly code?: string;
  readonly errno?: number;
  readonly sqlState?: string;
  readonly fatal?: boolean;
}

export const errors = {
  duplicate: 1062,
  lockWait: 1205,
  deadlock: 1213,
  noTable: 1146,
  noDatabase: 1049,
  unknownColumn: 1054,
  tableDenied: 1142,
  columnDenied: 1143,
} as const;

const codes: Readonly<Record<number, ConnectorErrorCode>> = {
  1044: 'permission-missing',
  1045: 'credentials-refused',
  1049: 'database-unknown',
  1698: 'credentials-refused',
  1142: 'permission-missing',
  1143: 'permission-missing',
  1227: 'permission-missing',
  1370: 'permission-missing',
  1419: 'permission-missing',
  1053: 'side-shutting-down',
  1927: 'side-shutting-down',
  1040: 'side-busy',
  1203: 'side-busy',
  1205: 'side-busy',
  1213: 'side-busy',
  1969: 'side-busy',
  1021: 'side-full',
  1114: 'side-full',
  1290: 'side-read-only',
  1792: 'side-read-only',
  1836: 'side-read-only',
  1146: 'object-unknown',
  1054: 'field-unknown',
  3159: 'tls-required',
};

const untrusted = /SELF_SIGNED_CERT|DEPTH_ZERO|UNABLE_TO_(VERIFY|GET)|^CERT_|ERR_TLS_CERT/;

export function errorNumber(error: unknown): number | undefined {
  const { errno } = (error ?? {}) as DriverError;
  return errno !== undefined && errno > 0 && (error as DriverError).sqlState !== undefined
    ? errno
    : undefined;
}

/** The session is gone: no answer came and none will. */
export function isConnectionLoss(error: unknown): boolean {
  const number = errorNumber(error);
  if (number !== undefined) return number === 1053 || number === 1927 || number === 1317;
  return (
    !(error instanceof ConnectorError) && error instanceof Error && (error as DriverError).code !== undefined
  );
}

/** The transaction lost against another one; the same statements may succeed at once. */
export function isContention(error: unknown): boolean {
  const number = errorNumber(error);
  return number === errors.lockWait || number === errors.deadlock || number === 1969;
}

/** The account lacks a right on the object, whatever the values. */
export function isForbidden(error: unknown): boolean {
  const number = errorNumber(error);
  return number === errors.tableDenied || number === errors.columnDenied;
}

/** Translates whatever the driver or the server threw, once; `doing` completes "while …". */
export function translated(thrown: unknown, doing: string): ConnectorError {
  if (thrown instanceof ConnectorError) return thrown;
  const number = errorNumber(thrown);
  const { code = '', sqlState = '' } = (thrown ?? {}) as DriverError;
  const message = withoutValues(messageOf(thrown), number);
  if (number !== undefined) {
    const known = codes[number] ?? (sqlState.startsWith('08') ? 'side-unreachable' : 'side-failed');
    return new ConnectorError(known, `${sentence(message)} (while ${doing}; error ${String(number)})`, {
      cause: thrown,
      details: { errno: number },
    });
  }
  if (untrusted.test(code) || /self-signed certificate|certificate/i.test(message))
    return new ConnectorError('tls-untrusted', `${sentence(message)} (while ${doing})`, { cause: thrown });
  if (code === 'HANDSHAKE_NO_SSL_SUPPORT')
    return new ConnectorError('tls-unavailable', `The server does not speak TLS (while ${doing})`, {
      cause: thrown,
    });
  return new ConnectorError(
    'side-unreachable',
    `${sentence(message === '' ? code : message)} (while ${doing})`,
    {
      cause: thrown,
      details: code === '' ? {} : { reason: code },
    },
  );
}

function sentence(message: string): string {
  return message.charAt(0).toUpperCase() + message.slice(1);
}

/** Runs one piece of work and translates what it throws. */
export async function guarded<T>(doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw translated(error, doing);
  }
}
