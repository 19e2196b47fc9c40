import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import { PinoLogger } from 'nestjs-pino';
import { AppError, type ErrorCode, type Fault } from './errors.js';

/** An RFC 9457 problem, as every error of the API is answered. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode;
  /** The request's id, which is in its log lines. */
  readonly traceId?: string;
  readonly errors?: readonly Fault[];
}

/** Turns whatever a request threw into a problem, and logs it once. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: PinoLogger) {
    logger.setContext(ProblemFilter.name);
  }

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<Request & { id?: unknown }>();
    const response = http.getResponse<Response>();
    const error = asAppError(thrown);
    this.logger[error.logLevel](logged(error), 'request failed');
    if (response.headersSent) {
      // The answer has begun: breaking the connection is the only way left to say that it is not whole.
      response.destroy();
      return;
    }
    const traceId = typeof request.id === 'string' ? request.id : undefined;
    const { retryAfterSeconds } = error.details;
    if (typeof retryAfterSeconds === 'number')
      response.setHeader('Retry-After', Math.ceil(retryAfterSeconds));
    response
      .status(error.httpStatus)
      .type('application/problem+json')
      .send(JSON.stringify(problemOf(error, traceId)));
  }
}

/** What is wrong with what was sent is told to whoever sent it; it repeats values of records, so the log has where it was alone. */
function logged(error: AppError): Record<string, unknown> {
  const { code } = error;
  return code === 'invalid' ? { code, at: error.faults.map(({ pointer }) => pointer) } : { err: error, code };
}

/** The problem that a client sees. The cause and the stack stay in the log. */
export function problemOf(error: AppError, traceId?: string): Problem {
  return {
    ...error.details,
    type: `urn:accord:error:${error.code}`,
    title: error.title,
    status: error.httpStatus,
    detail: error.message,
    code: error.code,
    ...(traceId === undefined ? {} : { traceId }),
    ...(error.faults.length === 0 ? {} : { errors: error.faults }),
  };
}

/** What the framework and its middleware throw has a status; anything else was not foreseen and says nothing. */
function asAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const { status, message } = thrown as { status?: unknown; message?: unknown };
  const said = typeof message === 'string' ? message : '';
  if (thrown instanceof HttpException || (typeof status === 'number' && status < 500)) {
    const code = codeByStatus[thrown instanceof HttpException ? thrown.getStatus() : Number(status)];
    if (code !== undefined) return new AppError(code, said, { cause: thrown });
  }
  return new AppError('internal', 'The request could not be carried out. Its traceId is in the log.', {
    cause: thrown,
  });
}

const codeByStatus: Readonly<Partial<Record<number, ErrorCode>>> = {
  400: 'malformed',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not-found',
  405: 'not-found',
  406: 'malformed',
  412: 'stale',
  413: 'too-large',
  415: 'malformed',
  422: 'invalid',
  428: 'precondition-required',
};
