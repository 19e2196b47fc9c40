import type { Request } from 'express';
import type { Env } from '../common/env.js';

/** Where the service is for whoever makes the request. The host was checked: it is ours (same-origin). */
export function baseAddress({ PUBLIC_URL }: Pick<Env, 'PUBLIC_URL'>, request: Request): string {
  return (PUBLIC_URL ?? `${request.protocol}://${request.headers.host ?? ''}`).replace(/\/+$/, '');
}
