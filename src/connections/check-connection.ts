import { AppError, messageOf, type ErrorCode } from '../common/errors.js';
import { isLoopback } from '../common/listening.js';
import type { DeclaredConnection } from '../connectors/connection-catalog.js';
import type { Connection, SystemInfo } from '../connectors/connector.js';
import { endpointOptions } from '../connectors/endpoint-options.js';
import { connectorOf } from '../connectors/registry.js';
import { endOf, writtenColumnsOf } from '../core/pipeline/ends.js';
import { shownAddress } from './address.js';
import { CHECKS, type CheckDto, type CheckName } from './connection-test.dto.js';
import type { ConnectionUse } from './declared.js';

const NOTICEABLE_OFFSET_MS = 2000;

/** Which check an error is about; what is not here is about reaching the server. */
const checkOf: Partial<Record<ErrorCode, CheckName>> = {
  'master-key-missing': 'secret',
  'master-key-unknown': 'secret',
  'secret-unreadable': 'secret',
  'tls-unavailable': 'encryption',
  'tls-required': 'encryption',
  'tls-untrusted': 'encryption',
  'credentials-refused': 'sign-in',
  'database-unknown': 'database',
  'version-unsupported': 'version',
  'permission-missing': 'rights',
};

const fixOf: Partial<Record<ErrorCode, string>> = {
  'side-unreachable': 'Check host and port, and the network and firewall between here and there.',
  'tls-unavailable': 'Switch TLS on at the server, or choose no encryption where the network is your own.',
  'tls-required': 'Choose an encryption.',
  'tls-untrusted':
    'Give the certificate of the authority that signed the server’s, or the right name of the host.',
  'credentials-refused': 'Check account and password.',
  'database-unknown': 'Check the name of the database.',
};

export interface TestedUse extends ConnectionUse {
  readonly pipelineId: number;
}

/**
 * Looks whether a connection works, with sessions of its own, and at what the pipelines that use it need. Changes nothing there.
 *
 * @param open reads the secret; what it throws is a finding
 */
export async function checkConnection(
  open: () => Promise<DeclaredConnection>,
  uses: readonly TestedUse[],
): Promise<readonly CheckDto[]> {
  let connection: Connection | null = null;
  try {
    const declared = await open();
    const { connector, config } = declared;
    connection = await connectorOf(connector).open({ ...config, clientName: 'accord test' });
    const info = await connection.check();
    const checks = [...found(declared, info)];
    for (const use of uses) checks.push(await checkUse(connection, use));
    return checks;
  } catch (error) {
    return failed(error);
  } finally {
    await connection?.close().catch(() => undefined);
  }
}

function found(declared: DeclaredConnection, info: SystemInfo): readonly CheckDto[] {
  const address = shownAddress(declared);
  const offset = Math.round(info.clockOffsetMs);
  const isOff = Math.abs(offset) > NOTICEABLE_OFFSET_MS + info.clockErrorMs;
  return [
    ok('secret', 'The password can be read.'),
    ok('reach', `The server at ${place(address)} answers.`),
    encryption(address),
    ok('sign-in', `Signed in as ${info.account}.`),
    ok('database', `The database ${address?.database ?? ''} is there.`),
    ok('version', `${info.system} ${info.version}`),
    ...info.warnings.map((text) => check('server', 'warning', text)),
    ...info.missingRights.map(({ what, grant }) =>
      check('rights', 'warning', what, { code: 'permission-missing', fix: grant }),
    ),
    ...(info.missingRights.length === 0
      ? [ok('rights', 'The account may set up what capture by log needs.')]
      : []),
    isOff
      ? check('clock', 'warning', `Its clock is ${String(offset)} ms off.`, {
          fix: 'Run NTP on both machines: policies by time are as good as the clocks.',
        })
      : ok('clock', `Its clock is ${String(Math.abs(offset))} ms off.`),
  ];
}

function encryption(address: ReturnType<typeof shownAddress>): CheckDto {
  if (address?.tls === 'verify-full') return ok('encryption', 'Encrypted; the certificate was checked.');
  if (address?.tls === 'require')
    return check('encryption', 'warning', 'Encrypted, but nobody checks who the server is.', {
      fix: 'Choose the encryption that checks the certificate (verify-full).',
    });
  const host = address?.host ?? '';
  if (host.startsWith('/') || isLoopback(host))
    return ok('encryption', 'Not encrypted; it stays on this machine.');
  return check('encryption', 'warning', 'Not encrypted: password and data can be read on their way.', {
    fix: 'Choose the encryption that checks the certificate (verify-full).',
  });
}

/** The object, its columns, and whether those that a pipeline writes may be written. */
async function checkUse(connection: Connection, use: TestedUse): Promise<CheckDto> {
  const { spec, side, pipelineId } = use;
  const { name } = spec.metadata;
  const { object } = endOf(spec, side);
  try {
    const endpoint = await connection.endpoint(endpointOptions(pipelineId, spec, side));
    try {
      await endpoint.installable?.();
      const refused = await endpoint.unwritable(writtenColumnsOf(spec, side));
      return refused.length === 0
        ? check('pipeline', 'ok', `${object} can be read and written.`, { pipeline: name })
        : check('pipeline', 'failed', `${object} can be read, but not written: ${refused.join(', ')}.`, {
            code: 'permission-missing',
            fix: `Let the account write these columns of ${object}.`,
            pipeline: name,
          });
    } finally {
      await endpoint.close();
    }
  } catch (error) {
    const known = error instanceof AppError ? error : null;
    const { grant } = known?.details ?? {};
    const options = {
      code: known?.code ?? 'internal',
      fix: typeof grant === 'string' ? grant : null,
      pipeline: name,
    };
    return check('pipeline', 'failed', messageOf(error), options);
  }
}

/** What came before must have gone well, and what would have come after was not tried. */
function failed(error: unknown): readonly CheckDto[] {
  if (!(error instanceof AppError)) throw error;
  const which = checkOf[error.code] ?? 'reach';
  const at = CHECKS.indexOf(which);
  return CHECKS.filter((name) => name !== 'pipeline' && name !== 'server').map((name, index) =>
    index < at
      ? ok(name, '')
      : index > at
        ? check(name, 'skipped', '')
        : check(name, 'failed', error.message, { code: error.code, fix: fixOf[error.code] ?? null }),
  );
}

function place(address: ReturnType<typeof shownAddress>): string {
  if (address === null) return '';
  return address.host.startsWith('/') ? address.host : `${address.host}:${String(address.port)}`;
}

interface CheckFacts {
  readonly code?: ErrorCode | null;
  readonly fix?: string | null;
  readonly pipeline?: string | null;
}

function ok(name: CheckName, detail: string): CheckDto {
  return check(name, 'ok', detail);
}

function check(
  name: CheckName,
  state: CheckDto['state'],
  detail: string,
  { code = null, fix = null, pipeline = null }: CheckFacts = {},
): CheckDto {
  return { check: name, state, code, detail, fix, pipeline };
}
