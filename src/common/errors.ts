/** How loudly an error is logged where it is handled. */
export type ErrorLogLevel = 'debug' | 'info' | 'warn' | 'error' | 'fatal';

/** What holds for every error of one code. */
export interface ErrorTraits {
  /** Short, constant, for people: the `title` of the RFC 9457 problem. */
  readonly title: string;
  readonly httpStatus: number;
  readonly logLevel: ErrorLogLevel;
  /** True where the same call may succeed later without anyone changing anything. */
  readonly retryable: boolean;
}

const traits = (
  httpStatus: number,
  logLevel: ErrorLogLevel,
  title: string,
  { retryable = false }: { retryable?: boolean } = {},
): ErrorTraits => ({ title, httpStatus, logLevel, retryable });

const retryable = { retryable: true };

/**
 * Every stable error code of the product and what it means. A code is part of the public API (`code` of a problem,
 * `error` of `--json`): it may be added, never renamed.
 */
export const errorCatalogue = {
  // Input of a request, a command or a file
  malformed: traits(400, 'info', 'The request cannot be read'),
  'filter-invalid': traits(400, 'info', 'The filter cannot be read'),
  invalid: traits(422, 'info', 'The request is readable but not valid'),
  'not-found': traits(404, 'info', 'There is no such thing'),
  unauthenticated: traits(401, 'info', 'Nobody is signed in'),
  'sign-in-refused': traits(401, 'info', 'The sign-in was refused'),
  'too-many-attempts': traits(429, 'warn', 'Too many attempts', retryable),
  'link-invalid': traits(410, 'info', 'The link was used, has expired, or never was'),
  taken: traits(409, 'info', 'There is one already'),
  'last-admin': traits(409, 'info', 'Nobody would be left who manages people'),
  forbidden: traits(403, 'warn', 'The request is not allowed'),
  'already-decided': traits(409, 'info', 'The conflict has been decided already'),
  'choice-needed': traits(409, 'info', 'A person must say which'),
  'not-waiting': traits(409, 'info', 'Nothing waits for this'),
  'not-claimed': traits(409, 'info', 'Nobody is at work on it, or somebody else'),
  'not-undoable': traits(409, 'info', 'The decision cannot be undone any more'),
  'not-deleted': traits(409, 'info', 'The record is not deleted'),
  'key-taken': traits(409, 'info', 'Another record stands under this id'),
  excluded: traits(409, 'info', 'The record is out of the scope of its pipeline'),
  'not-linked': traits(409, 'info', 'The records are not linked'),
  'linked-already': traits(409, 'info', 'A record is linked with another one'),
  'key-reused': traits(422, 'info', 'The Idempotency-Key belongs to another request'),
  leased: traits(423, 'info', 'Another process is at work on it', retryable),
  stale: traits(412, 'info', 'It changed since it was read'),
  'precondition-required': traits(428, 'info', 'The request must say which version it changes (If-Match)'),
  'too-large': traits(413, 'info', 'The request is too large'),

  // Start-up
  'environment-invalid': traits(500, 'fatal', 'The environment is not valid'),
  'listen-refused': traits(500, 'fatal', 'The address to listen on is not allowed or not free'),

  // Embedded PostgreSQL
  'embedded-no-binaries': traits(500, 'fatal', 'No PostgreSQL server program was found'),
  'embedded-no-account': traits(
    500,
    'fatal',
    'PostgreSQL refuses to run as root and no other account can run it',
  ),
  'embedded-data-foreign': traits(500, 'fatal', 'The data folder does not belong to this PostgreSQL'),
  'embedded-start-failed': traits(500, 'fatal', 'The embedded PostgreSQL did not start'),
  'embedded-stop-failed': traits(500, 'error', 'The embedded PostgreSQL did not stop'),

  'identity-provider-failed': traits(502, 'error', 'The identity provider cannot be used'),

  'demo-failed': traits(500, 'fatal', 'The demo was not set up'),

  // Database of Accord itself
  'database-unreachable': traits(503, 'error', 'The database cannot be reached', retryable),
  'database-newer': traits(500, 'fatal', 'The database was migrated by a newer version'),
  'migration-failed': traits(500, 'fatal', 'A migration failed'),
  'service-unreachable': traits(503, 'error', 'The running service cannot be reached', retryable),
  'lease-lost': traits(503, 'warn', 'The right to do this has passed to another process', retryable),

  // Connected systems
  'side-unreachable': traits(503, 'warn', 'A connected system cannot be reached', retryable),
  'side-shutting-down': traits(503, 'warn', 'A connected system is starting or stopping', retryable),
  'side-busy': traits(503, 'warn', 'A connected system is busy: a lock, a deadlock, a time limit', retryable),
  'side-full': traits(503, 'error', 'A connected system has no room left', retryable),
  'side-failed': traits(502, 'error', 'A connected system failed in a way that it did not foresee'),
  'side-read-only': traits(502, 'warn', 'A connected system accepts no writes now', retryable),
  'connection-unknown': traits(422, 'warn', 'There is no such connection'),
  'connection-declared': traits(409, 'info', 'The connection is declared in a file'),
  'connection-in-use': traits(409, 'info', 'Pipelines use the connection'),
  'connector-unknown': traits(422, 'warn', 'There is no connector of that kind'),
  'connection-invalid': traits(422, 'warn', 'The address of the connected system cannot be read'),
  'credentials-refused': traits(502, 'error', 'A connected system refused the credentials'),
  'tls-unavailable': traits(502, 'error', 'A connected system does not speak TLS'),
  'tls-required': traits(502, 'error', 'A connected system insists on TLS'),
  'tls-untrusted': traits(502, 'error', 'The certificate of a connected system is not trusted'),
  'database-unknown': traits(502, 'error', 'The database does not exist in the connected system'),
  'version-unsupported': traits(502, 'error', 'The version of the connected system is not supported'),
  'permission-missing': traits(502, 'error', 'A connected system does not permit it'),
  'object-unknown': traits(422, 'error', 'The object does not exist in the connected system'),
  'object-unsupported': traits(422, 'error', 'The object cannot be synchronised this way'),
  'field-unknown': traits(422, 'error', 'The field does not exist in the connected system'),
  'field-unsupported': traits(422, 'error', 'The field has a type that cannot be kept exactly'),
  'key-missing': traits(422, 'error', 'The object has no key that names its records'),
  'capture-missing': traits(502, 'error', 'What capture needs is not installed in the connected system'),
  'capture-conflict': traits(409, 'error', 'Another pipeline captures the object in another way'),
  'cursor-invalid': traits(500, 'error', 'The cursor does not belong to this connector or capture mode'),
  'batch-invalid': traits(500, 'error', 'The write batch breaks the contract of the connector'),

  // Secrets that are kept
  'master-key-missing': traits(503, 'error', 'There is no master key'),
  'master-key-unknown': traits(503, 'error', 'A secret is encrypted under a master key that is not there'),
  'secret-unreadable': traits(503, 'error', 'A stored secret cannot be read'),

  // Mail
  'mail-unconfigured': traits(409, 'info', 'No mail server is set'),

  internal: traits(500, 'error', 'Something failed that should not'),
} as const satisfies Record<string, ErrorTraits>;

export type ErrorCode = keyof typeof errorCatalogue;

/** One thing that is wrong with an input: where, and what was expected. */
export interface Fault {
  /** Where: a JSON pointer (`/fields/3/name`), an environment variable, or `file:line:column`. */
  readonly pointer: string;
  /** What was expected and what was found, for people. */
  readonly detail: string;
  /** Stable, for programs. */
  readonly code?: string;
}

export interface AppErrorOptions {
  /** The error that led to this one; logged, never shown to a client. */
  readonly cause?: unknown;
  /** Facts for programs, shown to the client as members of the problem. Never credentials or record values. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** The faults of an input, all of them and not only the first. */
  readonly faults?: readonly Fault[];
  /** Overrides what the catalogue says for this one error. */
  readonly retryable?: boolean;
}

/** The one class for errors that the product foresees. The message is for people and may be shown to the client. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly httpStatus: number;
  readonly logLevel: ErrorLogLevel;
  readonly retryable: boolean;
  readonly title: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly faults: readonly Fault[];

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    const of = errorCatalogue[code];
    this.name = 'AppError';
    this.code = code;
    this.title = of.title;
    this.httpStatus = of.httpStatus;
    this.logLevel = of.logLevel;
    this.retryable = options.retryable ?? of.retryable;
    this.details = options.details ?? {};
    this.faults = options.faults ?? [];
  }
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
