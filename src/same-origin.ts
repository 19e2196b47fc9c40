import type { NextFunction, Request, Response } from 'express';
import type { Env } from './common/env.js';
import { AppError } from './common/errors.js';
import { problemOf } from './common/problem-filter.js';

const loopback = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Keeps other web pages out while there is no login. Listening on loopback keeps other machines away, but not a page in
 * the browser of this one: it could send requests here, or make its own name resolve to 127.0.0.1 and read the answers.
 * So a request must name a host that is ours, and one that changes something must not come from another origin.
 */
export function sameOriginOnly(env: Pick<Env, 'PUBLIC_URL' | 'ACCORD_TRUST_NETWORK'>) {
  const publicHost = env.PUBLIC_URL === undefined ? undefined : new URL(env.PUBLIC_URL).host;
  const isOurs = (host: string): boolean => host === publicHost || loopback.has(host.replace(/:\d+$/, ''));

  return (request: Request, response: Response, next: NextFunction): void => {
    const host = request.headers.host ?? '';
    const { origin } = request.headers;
    const reads = request.method === 'GET' || request.method === 'HEAD';
    if (env.ACCORD_TRUST_NETWORK === 'off' && !isOurs(host)) {
      refuse(
        response,
        `The host ${JSON.stringify(host)} is not this service's; use 127.0.0.1, localhost or PUBLIC_URL`,
      );
    } else if (!reads && origin !== undefined && !isSameHost(origin, host, publicHost)) {
      refuse(response, `A page of ${JSON.stringify(origin)} may not change anything here`);
    } else {
      next();
    }
  };
}

function isSameHost(origin: string, host: string, publicHost: string | undefined): boolean {
  if (!URL.canParse(origin)) return false;
  const from = new URL(origin).host;
  return from === host || from === publicHost;
}

function refuse(response: Response, why: string): void {
  const problem = problemOf(new AppError('forbidden', why));
  response.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
}
