import { AppError, type AppErrorOptions, type ErrorCode } from '../common/errors.js';

/** The codes of the catalogue (common/errors.ts) that a connector may throw. */
export type ConnectorErrorCode = Extract<
  ErrorCode,
  | `side-${string}`
  | `tls-${string}`
  | `object-${string}`
  | `field-${string}`
  | `capture-${string}`
  | `connect${string}`
  | 'credentials-refused'
  | 'database-unknown'
  | 'version-unsupported'
  | 'permission-missing'
  | 'key-missing'
  | 'cursor-invalid'
  | 'batch-invalid'
>;

/**
 * What a connector throws, and nothing else. `retryable` means that nothing was changed on the side and that the same call may
 * succeed later without anyone doing anything. The message names the thing and what to do; it never holds credentials or values.
 */
export class ConnectorError extends AppError {
  declare readonly code: ConnectorErrorCode;

  constructor(code: ConnectorErrorCode, message: string, options: AppErrorOptions = {}) {
    super(code, message, options);
    this.name = 'ConnectorError';
  }
}
