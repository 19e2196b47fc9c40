import { AppError, type ErrorCode } from '../common/errors.js';

/** What a command ends with. Stable: scripts depend on it (docs/cli.md). */
export const exitCode = {
  ok: 0,
  /** Something failed that is not told apart below. */
  failed: 1,
  /** The command line, a file or a value is not valid. */
  invalid: 2,
  /** The running service, or the database, cannot be reached. */
  unreachable: 3,
  /** There is no such pipeline, conflict, record. */
  notFound: 4,
  /** It changed meanwhile, or is not in a state for this. */
  stale: 5,
  /** `doctor`, `verify` or `audit verify` found something; `status` found a pipeline that needs attention. */
  attention: 6,
  /** No token, or one that does not allow it. */
  notAllowed: 7,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

const byCode: Partial<Record<ErrorCode, ExitCode>> = {
  malformed: exitCode.invalid,
  invalid: exitCode.invalid,
  'environment-invalid': exitCode.invalid,
  'precondition-required': exitCode.invalid,
  'service-unreachable': exitCode.unreachable,
  'database-unreachable': exitCode.unreachable,
  'side-unreachable': exitCode.unreachable,
  'not-found': exitCode.notFound,
  unauthenticated: exitCode.notAllowed,
  forbidden: exitCode.notAllowed,
  stale: exitCode.stale,
  'already-decided': exitCode.stale,
  leased: exitCode.stale,
  'not-waiting': exitCode.stale,
  'not-undoable': exitCode.stale,
  'not-linked': exitCode.stale,
  'linked-already': exitCode.stale,
};

export function exitCodeOf(error: unknown): ExitCode {
  return error instanceof AppError ? (byCode[error.code] ?? exitCode.failed) : exitCode.failed;
}
