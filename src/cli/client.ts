import { AppError, errorCatalogue, messageOf, type ErrorCode, type Fault } from '../common/errors.js';
import type { Env } from '../common/env.js';

/** An answer of the service. */
export interface Answer<T> {
  readonly body: T;
  readonly etag: string | null;
}

/** How long the service may take for an answer, in milliseconds. */
const patienceMs = 30_000;

/** Speaks to the running service. Its problems become the errors they were. */
export class ServiceClient {
  constructor(readonly url: string) {}

  static of(env: Pick<Env, 'ACCORD_URL' | 'PORT'>): ServiceClient {
    return new ServiceClient((env.ACCORD_URL ?? `http://127.0.0.1:${env.PORT}`).replace(/\/+$/, ''));
  }

  async get<T>(path: string): Promise<Answer<T>> {
    return this.ask<T>('GET', path, undefined, {});
  }

  async post<T>(
    path: string,
    body: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer<T>> {
    return this.ask<T>('POST', path, body, headers);
  }

  private async ask<T>(
    method: string,
    path: string,
    body: unknown,
    headers: Readonly<Record<string, string>>,
  ): Promise<Answer<T>> {
    let response: Response;
    try {
      response = await fetch(`${this.url}/api/v1${path}`, {
        method,
        headers: {
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        body: body === undefined ? null : JSON.stringify(body),
        signal: AbortSignal.timeout(patienceMs),
      });
    } catch (cause) {
      throw new AppError(
        'service-unreachable',
        `No Accord answers at ${this.url}. Start it with: npm start. If it runs elsewhere, say where: ACCORD_URL=http://127.0.0.1:3000`,
        { cause },
      );
    }
    const text = await response.text();
    if (!response.ok) throw problem(response.status, text, this.url);
    return { body: parse(text, this.url) as T, etag: response.headers.get('etag') };
  }
}

function parse(text: string, url: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError('service-unreachable', `What answers at ${url} is not Accord: ${messageOf(cause)}`, {
      cause,
    });
  }
}

/** Members of a problem that say the same as its code, or nothing to people. */
const formalities = new Set(['type', 'title', 'status', 'code', 'detail', 'errors']);

/** The service's problem as the error that it was there. */
function problem(status: number, text: string, url: string): AppError {
  const body = parse(text, url) as {
    readonly code?: unknown;
    readonly detail?: unknown;
    readonly errors?: readonly Fault[];
  };
  const { code, detail, errors } = body;
  const known =
    typeof code === 'string' && Object.hasOwn(errorCatalogue, code) ? (code as ErrorCode) : 'internal';
  return new AppError(known, typeof detail === 'string' ? detail : `The service answered ${status}`, {
    details: Object.fromEntries(Object.entries(body).filter(([member]) => !formalities.has(member))),
    ...(errors === undefined ? {} : { faults: errors }),
  });
}
