import pg from 'pg';
import { messageOf } from '../../common/errors.js';
import { withoutValues } from '../../common/without-values.js';
import { ConnectorError, type ConnectorErrorCode } from '../errors.js';

const untrusted = /^(SELF_SIGNED_CERT|DEPTH_ZERO|UNABLE_TO_(VERIFY|GET)|CERT_|ERR_TLS_CERT)/;

/** By SQLSTATE, or by its class of two characters. */
const codes: Readonly<Record<string, ConnectorErrorCode>> = {
  '28P01': 'credentials-refused',
  '28': 'credentials-refused',
  '3D000': 'database-unknown',
  '57P': 'side-shutting-down',
  '57014': 'side-busy',
  '40': 'side-busy',
  '55P03': 'side-busy',
  '53300': 'side-busy',
  '53': 'side-full',
  '25006': 'side-read-only',
  '08': 'side-unreachable',
  '42501': 'permission-missing',
  '42P01': 'object-unknown',
  '3F000': 'object-unknown',
  '42703': 'field-unknown',
};

export function sqlState(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined;
}

/** The session is gone: no answer came and none will. */
export function isConnectionLoss(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== undefined) return state.startsWith('57P') || state.startsWith('08');
  // The driver and Node's sockets throw plain errors; anything more special is a fault of our own.
  return (error as { name?: unknown } | null)?.name === 'Error';
}

/** The transaction lost against another one; the same statements may succeed at once. */
export function isContention(error: unknown): boolean {
  const state = sqlState(error);
  return state !== undefined && (state.startsWith('40') || state === '55P03' || state === '57014');
}

/**
 * The side refuses the values of some row: bad data, a broken constraint, a limit, an error raised by its own trigger, row security.
 * Not: a missing object or grant, which would fail for every row.
 */
export function isRefusal(error: unknown): error is pg.DatabaseError {
  if (!(error instanceof pg.DatabaseError)) return false;
  const state = error.code ?? '';
  if (/^(22|23|27|2F|38|39|44|54|P0|09|0A)/.test(state) || state === '428C9') return true;
  if (state === '42501') return error.message.includes('row-level security');
  // A fault inside the side's own trigger or function concerns the rows that reach it.
  return state.startsWith('42') && error.where !== undefined && /function/i.test(error.where);
}

/** The account lacks a right on the object, whatever the values. */
export function isForbidden(error: unknown): boolean {
  return sqlState(error) === '42501' && !isRefusal(error);
}

/** Translates whatever the driver or the server threw, once; `doing` completes "while …". */
export function translated(thrown: unknown, doing: string): ConnectorError {
  if (thrown instanceof ConnectorError) return thrown;
  const state = sqlState(thrown);
  const message = withoutValues(messageOf(thrown), state, (thrown as { routine?: unknown } | null)?.routine);
  if (state !== undefined) {
    let code = codes[state] ?? codes[state.slice(0, 3)] ?? codes[state.slice(0, 2)] ?? 'side-failed';
    if (state === '28000' && /no encryption|SSL off/.test(message)) code = 'tls-required';
    return new ConnectorError(code, `${sentence(message)} (while ${doing}; SQLSTATE ${state})`, {
      cause: thrown,
      details: { sqlState: state },
    });
  }
  const nodeCode = (thrown as { code?: string } | null)?.code ?? '';
  if (untrusted.test(nodeCode))
    return new ConnectorError('tls-untrusted', `${sentence(message)} (while ${doing})`, { cause: thrown });
  if (message.includes('does not support SSL'))
    return new ConnectorError('tls-unavailable', `The server does not speak TLS (while ${doing})`, {
      cause: thrown,
    });
  if (message.includes('password must be a string'))
    return new ConnectorError(
      'credentials-refused',
      `The server asks for a password and the connection has none (while ${doing})`,
      { cause: thrown },
    );
  const reason = message === '' ? nodeCode : message;
  return new ConnectorError('side-unreachable', `${sentence(reason)} (while ${doing})`, {
    cause: thrown,
    details: nodeCode === '' ? {} : { reason: nodeCode },
  });
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
