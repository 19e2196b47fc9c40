import { timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { type Caller, type Credential, StillAllowed, reachOfCaller } from '../common/caller.js';
import { Clock } from '../common/clock.js';
import { AppError } from '../common/errors.js';
import type { Permission } from '../common/permissions.js';
import { publicId } from '../common/public-ids.js';
import { HubPools } from '../database/pools.js';
import {
  callerOfSession,
  callerOfToken,
  grantsStill,
  touchSession,
  touchToken,
  type CallerRow,
} from '../database/sql/access/callers.js';
import { run } from '../database/sql/statement.js';
import { AccessSettings } from './access-settings.js';
import { readCookie } from './cookies.js';
import { addressOf, requestIdOf } from './request-facts.js';
import { hashOf } from '../common/one-time-secret.js';
import { prefixOfToken } from './secrets.js';

/** "Last seen" is as fine as this: not every request is a write. */
const TOUCH_EVERY_MS = 60_000;

/** Who a request comes from, by what it carries. Nothing is remembered between requests: what is taken away is gone at once. */
@Injectable()
export class Credentials extends StillAllowed {
  constructor(
    private readonly pools: HubPools,
    private readonly clock: Clock,
    private readonly settings: AccessSettings,
  ) {
    super();
  }

  /**
   * A token in `Authorization` goes before a cookie.
   *
   * @returns `null` when the request carries neither
   * @throws AppError `unauthenticated` for one that is not good, or not any more
   */
  async callerOf(request: Request): Promise<Caller | null> {
    const { authorization } = request.headers;
    if (authorization !== undefined) return this.#byToken(request, authorization);
    const session = readCookie(request, 'session', this.settings);
    return session === null ? null : this.bySession(request, session);
  }

  override async isStill({ credential }: Caller, permission: Permission): Promise<boolean> {
    const { idleMs, demo } = this.settings;
    const [row] = await run(this.pools.general, grantsStill, [
      credential.kind === 'session' ? credential.id : null,
      credential.kind === 'token' ? credential.id : null,
      this.clock.now(),
      idleMs,
      demo,
    ]);
    return row !== undefined && reachOfCaller(row, permission).length > 0;
  }

  /** Whose session this is. */
  async bySession(request: Request, session: string): Promise<Caller> {
    const id = hashOf(session);
    const now = this.clock.now();
    const { idleMs, demo } = this.settings;
    const [row] = await run(this.pools.general, callerOfSession, [id, now, idleMs, demo]);
    if (row === undefined)
      throw new AppError(
        'unauthenticated',
        'You have been signed out, or were away too long. Sign in again.',
      );
    if (isOld(row.seen_at, now)) await run(this.pools.general, touchSession, [id, now]);
    const caller = {
      kind: 'person',
      id: publicId.person(row.person_id),
      name: row.name,
      scopes: null,
    } as const;
    return { ...caller, ...common(request, row, { kind: 'session', id }) };
  }

  async #byToken(request: Request, authorization: string): Promise<Caller> {
    const text = /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? '';
    const prefix = prefixOfToken(text);
    const now = this.clock.now();
    const [row] =
      prefix === null ? [] : await run(this.pools.general, callerOfToken, [prefix, now, this.settings.demo]);
    if (row === undefined || !timingSafeEqual(row.hash, hashOf(text)))
      throw new AppError(
        'unauthenticated',
        'The token is not one of this service, has expired or was revoked.',
      );
    if (isOld(row.seen_at, now)) await run(this.pools.general, touchToken, [row.token_id, now]);
    const caller = {
      kind: 'token',
      id: publicId.token(row.token_id),
      name: `${row.name} (token ${row.token_name})`,
      scopes: row.scopes,
    } as const;
    return { ...caller, ...common(request, row, { kind: 'token', id: row.token_id }) };
  }
}

function isOld(seen: Date | null, now: number): boolean {
  return seen === null || now - seen.getTime() > TOUCH_EVERY_MS;
}

function common(
  request: Request,
  { person_id: personId, grants }: CallerRow,
  credential: Credential,
): Pick<Caller, 'personId' | 'grants' | 'address' | 'requestId' | 'credential'> {
  return { personId, grants, address: addressOf(request), requestId: requestIdOf(request), credential };
}
