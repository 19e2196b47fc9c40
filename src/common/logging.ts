import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Params } from 'nestjs-pino';
import pino, { type Logger, type LoggerOptions } from 'pino';
import type { Env } from './env.js';
import { uuidv7 } from './ids.js';
import { withoutValues } from './without-values.js';

const secret = ['password', 'secret', 'token', 'url', 'connectionString', 'authorization', 'cookie'];
/** What people keep in their records. A log that is shipped elsewhere must not carry it. */
const recordValues = ['value', 'values', 'fields', 'raw', 'row', 'payload'];

/** Log options for everything: JSON lines on standard output, or text for people on a terminal. */
export function logOptions(env: Pick<Env, 'LOG_LEVEL' | 'LOG_FORMAT'>): LoggerOptions {
  const pretty = env.LOG_FORMAT === 'pretty' || (env.LOG_FORMAT === 'auto' && process.stdout.isTTY);
  return {
    level: env.LOG_LEVEL,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (level) => ({ level }) },
    redact: {
      paths: [...secret, ...recordValues].flatMap((name) => [name, `*.${name}`]),
      censor: '[redacted]',
    },
    serializers: { err: describeError },
    ...(pretty
      ? { transport: { target: 'pino-pretty', options: { ignore: 'context', singleLine: true } } }
      : {}),
  };
}

/** A logger for what runs outside Nest. */
export function createLogger(env: Pick<Env, 'LOG_LEVEL' | 'LOG_FORMAT'>): Logger {
  return pino(logOptions(env));
}

/** Options for LoggerModule: one line a request with an id that its answer and its problems carry, none for probes. */
export function httpLogging(env: Pick<Env, 'LOG_LEVEL' | 'LOG_FORMAT'>): Params {
  return {
    pinoHttp: {
      ...logOptions(env),
      genReqId: (_request, response) => {
        const id = uuidv7();
        response.setHeader('X-Request-Id', id);
        return id;
      },
      autoLogging: { ignore: ({ url = '' }) => /^\/(health|metrics)/.test(url) },
      wrapSerializers: false,
      quietReqLogger: true,
      customLogLevel: (_request, response) => (response.statusCode >= 500 ? 'error' : 'debug'),
      customSuccessMessage: () => 'request answered',
      customErrorMessage: () => 'request failed',
      customSuccessObject: (request, response) => requestFields(request, response),
      customErrorObject: (request, response) => requestFields(request, response),
      serializers: { err: describeError, req: () => undefined, res: () => undefined },
    },
  };
}

/** The path without its query, which may hold what people search for. */
function requestFields(request: IncomingMessage, response: ServerResponse): Record<string, unknown> {
  return { method: request.method, path: request.url?.split('?')[0], status: response.statusCode };
}

/**
 * An error for the log: what it is, its causes and its stack. A driver's `detail`, `where` and parameters are left
 * out: they repeat the values of a row.
 */
export function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: String(error) };
  const { code, errno, routine } = error as { code?: unknown; errno?: unknown; routine?: unknown };
  const quoted = (text: string): string => withoutValues(withoutValues(text, code), errno);
  const message = withoutValues(withoutValues(error.message, code, routine), errno);
  return {
    type: error.name,
    message,
    ...(code === undefined ? {} : { code }),
    // It begins with the message, which ends where the stack goes on.
    ...(error.stack !== undefined && { stack: quoted(error.stack.replace(error.message, () => message)) }),
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  };
}
