import { timingSafeEqual } from 'node:crypto';
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';
import { reachOfCaller, type CalledRequest, type Caller } from '../common/caller.js';
import { Clock } from '../common/clock.js';
import { AppError } from '../common/errors.js';
import { rolesWith, type Permission } from '../common/permissions.js';
import { ROUTE_ACCESS, type Place, type RouteAccess } from '../common/route-access.js';
import { AccessSettings } from './access-settings.js';
import { readCookie } from './cookies.js';
import { Credentials } from './credentials.js';
import { PipelineOf } from './pipeline-of.js';
import { RecentReaders } from './recent-readers.js';
import { csrfTokenOf } from './secrets.js';

/** Every route goes through here, and whatever does not say who may use it is closed. */
@Injectable()
export class AccessGuard implements CanActivate {
  readonly #readers: RecentReaders;

  constructor(
    private readonly reflector: Reflector,
    private readonly credentials: Credentials,
    private readonly places: PipelineOf,
    private readonly settings: AccessSettings,
    private readonly clock: Clock,
  ) {
    this.#readers = new RecentReaders(settings);
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = this.reflector.getAllAndOverride<RouteAccess | undefined>(ROUTE_ACCESS, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (access?.kind === 'public') return true;
    if (access === undefined) throw new AppError('forbidden', 'This route does not say who may use it.');
    const request = context.switchToHttp().getRequest<Request & CalledRequest>();
    const metrics = access.kind === 'needs' && access.permission === 'metrics:read';
    const caller = await this.#callerOf(request, context.switchToHttp().getResponse<Response>(), metrics);
    if (caller.kind === 'person') this.#mustComeFromOurPage(request);
    if (access.kind === 'needs') await this.#mustBeAllowed(request, caller, access.permission, access.place);
    else if (caller.kind === 'token')
      throw new AppError('forbidden', 'This is for people who are signed in, not for tokens.');
    if (metrics) this.#readers.remember(request, caller, this.clock.now());
    request.caller = caller;
    return true;
  }

  async #callerOf(request: Request, response: Response, metrics: boolean): Promise<Caller> {
    try {
      const caller = await this.credentials.callerOf(request);
      if (caller !== null) return caller;
    } catch (error) {
      if (error instanceof AppError) {
        response.setHeader('WWW-Authenticate', 'Bearer error="invalid_token"');
        throw error;
      }
      const reader = metrics ? this.#readers.recall(request, this.clock.now()) : null;
      if (reader !== null) return reader;
      throw new AppError(
        'database-unreachable',
        'Who asks cannot be known now: the database does not answer.',
        {
          cause: error,
        },
      );
    }
    response.setHeader('WWW-Authenticate', 'Bearer');
    throw new AppError('unauthenticated', 'Sign in, or send an API token: Authorization: Bearer accord_…');
  }

  /** A browser sends the cookie along whoever makes the request; only a page of ours can know the token. */
  #mustComeFromOurPage(request: Request): void {
    if (request.method === 'GET' || request.method === 'HEAD') return;
    const expected = Buffer.from(csrfTokenOf(readCookie(request, 'session', this.settings) ?? ''));
    const given = Buffer.from(request.get('x-csrf-token') ?? '');
    if (given.length === expected.length && timingSafeEqual(given, expected)) return;
    throw new AppError('forbidden', 'X-CSRF-Token must carry the value that GET /api/v1/session gives.', {
      details: { missing: 'csrf-token' },
    });
  }

  async #mustBeAllowed(
    request: Request,
    caller: Caller,
    permission: Permission,
    place: Place | null,
  ): Promise<void> {
    const reach = reachOfCaller(caller, permission);
    if (reach === 'everywhere') return;
    // Nowhere at all: what it was about need not be looked up, and its existence is not told.
    if (reach.length === 0) throw refusal(caller, permission, null);
    if (place === 'filtered') return;
    if (place === null) throw refusal(caller, permission, null);
    const pipeline = await this.places.request(request, place);
    if (pipeline !== null && reach.includes(pipeline)) return;
    const sees = reachOfCaller({ grants: caller.grants, scopes: null }, 'pipelines:read');
    if (sees !== 'everywhere' && (pipeline === null || !sees.includes(pipeline)))
      throw this.places.notThere(request, place);
    throw refusal(caller, permission, pipeline);
  }
}

function refusal({ kind, scopes }: Caller, permission: Permission, pipeline: string | null): AppError {
  const roles = rolesWith(permission);
  const details = { requiredPermission: permission, requiredRoles: roles };
  if (kind === 'token' && scopes?.includes(permission) === false)
    return new AppError('forbidden', `The token has no scope ${permission}.`, { details });
  const where = pipeline === null ? '' : ` on ${pipeline}`;
  return new AppError('forbidden', `This needs the role ${roles.join(' or ')}${where}.`, { details });
}
