import type { Request } from 'express';
import type { AuditActor } from '../database/audit.js';

/** Whom a request comes from, as far as the proxies that are trusted tell. */
export function addressOf(request: Pick<Request, 'ip'>): string | null {
  return request.ip?.replace(/^::ffff:/, '') ?? null;
}

export function requestIdOf(request: object): string | null {
  const { id } = request as { id?: unknown };
  return typeof id === 'string' ? id : null;
}

/** What the browser calls itself, for people who look at their sessions. */
export function agentOf(request: Pick<Request, 'headers'>): string | null {
  return request.headers['user-agent']?.slice(0, 300) ?? null;
}

/** Somebody who is not known (yet), by the name they gave. */
export function stranger(request: Request, name: string): AuditActor {
  return {
    kind: 'nobody',
    id: null,
    personId: null,
    name: name.slice(0, 254),
    address: addressOf(request),
    requestId: requestIdOf(request),
  };
}
