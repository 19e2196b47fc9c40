import { parse } from 'cookie';
import type { Request, Response } from 'express';
import type { AccessSettings } from './access-settings.js';

type Purpose = 'session' | 'oidc';

/** `__Host-`: the browser itself refuses one that another host, or plain HTTP, has set. */
function nameOf(purpose: Purpose, { secure }: AccessSettings): string {
  return `${secure ? '__Host-' : ''}accord-${purpose}`;
}

export function readCookie(
  request: Pick<Request, 'headers'>,
  purpose: Purpose,
  settings: AccessSettings,
): string | null {
  return parse(request.headers.cookie ?? '')[nameOf(purpose, settings)] ?? null;
}

/** No script reads it. The session's goes out with requests of our own pages only; the identity provider's answer comes from elsewhere. */
export function setCookie(
  response: Response,
  purpose: Purpose,
  value: string,
  maxAge: number,
  settings: AccessSettings,
): void {
  response.cookie(nameOf(purpose, settings), value, { ...attributes(purpose, settings), maxAge });
}

export function clearCookie(response: Response, purpose: Purpose, settings: AccessSettings): void {
  response.clearCookie(nameOf(purpose, settings), attributes(purpose, settings));
}

function attributes(purpose: Purpose, { secure }: AccessSettings) {
  return { httpOnly: true, secure, path: '/', sameSite: purpose === 'session' ? 'strict' : 'lax' } as const;
}
