import type { NextFunction, Request, Response } from 'express';
import type { Env } from './common/env.js';
import { AppError } from './common/errors.js';
import { isLoopback } from './common/listening.js';
import { problemOf } from './common/problem-filter.js';

/** Asked by what watches the service, under whatever address it has inside a cluster; tells nothing and changes nothing by itself. */
const forProbes = /^\/(health\/|metrics$)/;

/**
 * Keeps other web pages out. A page in the browser of somebody who is signed in could send requests here, or make its own name resolve
 * to this machine and read the answers. So a request must name a host that is ours, and one that changes something must not come from
 * another origin. (Besides: the session's cookie is SameSite=Strict, and what changes something carries a CSRF token.)
 */
export function sameOriginOnly(env: Pick<Env, 'PUBLIC_URL'>) {
  const publicHost = env.PUBLIC_URL === undefined ? undefined : new URL(env.PUBLIC_URL).host;
  const isOurs = (host: string): boolean => host === publicHost || isLoopback(host.replace(/:\d+$/, ''));

  return (request: Request, response: Response, next: NextFunction): void => {
    const host = request.headers.host ?? '';
    const { origin } = request.headers;
    const reads = request.method === 'GET' || request.method === 'HEAD';
    if (!isOurs(host) && !(reads && forProbes.test(request.path))) {
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
