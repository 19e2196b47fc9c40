import { existsSync, readFileSync } from 'node:fs';
import { demoTokenFile } from '../common/demo-token.js';
import { AppError, errorCatalogue, messageOf, type ErrorCode, type Fault } from '../common/errors.js';
import type { Env } from '../common/env.js';
import { isLoopback } from '../common/listening.js';

/** An answer of the service. */
export interface Answer<T> {
  readonly body: T;
  readonly etag: string | null;
}

/** How long the service may take for an answer, in milliseconds. */
const patienceMs = 30_000;

/** Speaks to the running service. Its problems become the errors they were. */
export class ServiceClient {
  /** @param token an API token; without one only what is public can be asked for */
  constructor(
    readonly url: string,
    private readonly token: string | undefined,
  ) {}

  static of(env: Env): ServiceClient {
    const url = (env.ACCORD_URL ?? `${env.scheme}://127.0.0.1:${env.PORT}`).replace(/\/+$/, '');
    // A token is for the service that made it, and the demo's is on this machine.
    const local = isLoopback(new URL(url).hostname);
    return new ServiceClient(url, env.ACCORD_TOKEN ?? (local ? demoToken(env) : undefined));
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

  async patch<T>(
    path: string,
    body: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer<T>> {
    return this.ask<T>('PATCH', path, body, headers);
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
          ...(this.token === undefined ? {} : { authorization: `Bearer ${this.token}` }),
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
    if (!response.ok) throw problem(response.status, text, this.url, this.token !== undefined);
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

const howToGetToken =
  ' For commands: make one on the screen under Settings, Tokens (or here: accord token create <e-mail>), and set ACCORD_TOKEN.';

function demoToken(env: Env): string | undefined {
  const file = demoTokenFile(env);
  return existsSync(file) ? readFileSync(file, 'utf8').trim() || undefined : undefined;
}

/** Members of a problem that say the same as its code, or nothing to people. */
const formalities = new Set(['type', 'title', 'status', 'code', 'detail', 'errors']);

/** The service's problem as the error that it was there. */
function problem(status: number, text: string, url: string, sentToken: boolean): AppError {
  const body = parse(text, url) as {
    readonly code?: unknown;
    readonly detail?: unknown;
    readonly errors?: readonly Fault[];
  };
  const { code, detail, errors } = body;
  const known =
    typeof code === 'string' && Object.hasOwn(errorCatalogue, code) ? (code as ErrorCode) : 'internal';
  const said = typeof detail === 'string' ? detail : `The service answered ${status}`;
  const hint = known === 'unauthenticated' && !sentToken ? howToGetToken : '';
  return new AppError(known, said + hint, {
    details: Object.fromEntries(Object.entries(body).filter(([member]) => !formalities.has(member))),
    ...(errors === undefined ? {} : { faults: errors }),
  });
}
