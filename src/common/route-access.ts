import { applyDecorators, SetMetadata } from '@nestjs/common';
import {
  ApiExtension,
  ApiForbiddenResponse,
  ApiBearerAuth,
  ApiSecurity,
  ApiUnauthorizedResponse,
} from './api-doc.js';
import { rolesWith, type Permission } from './permissions.js';

/** Names of the security schemes in the OpenAPI document. */
export const securitySchemes = { session: 'session', csrf: 'csrf', token: 'token' } as const;

/**
 * Which pipeline a request is about, so that roles on single pipelines count:
 * - `param`, `query`: its name is in the path, or in the query where it is required;
 * - `of`: the path's `id` names something that belongs to one;
 * - `filtered`: a list; the route itself leaves out what the caller may not see (`pipelinesWithin`).
 *
 * Without one, the permission is needed on every pipeline.
 */
export type Place =
  | { readonly param: string }
  | { readonly query: string }
  | { readonly of: 'conflict' | 'decision' | 'record' }
  | 'filtered';

export type RouteAccess =
  | { readonly kind: 'public' }
  | { readonly kind: 'signed-in' }
  | { readonly kind: 'needs'; readonly permission: Permission; readonly place: Place | null };

export const ROUTE_ACCESS = 'accord:route-access';

const access = (value: RouteAccess): MethodDecorator & ClassDecorator => SetMetadata(ROUTE_ACCESS, value);

/** Everybody may: what is needed before somebody is known, and what tells nothing. */
export const Public = (): MethodDecorator & ClassDecorator => access({ kind: 'public' });

/** Every person who is signed in, about themselves. Not a token: it could make more of itself. */
export const SignedIn = (): MethodDecorator =>
  applyDecorators(
    access({ kind: 'signed-in' }),
    ApiSecurity({ [securitySchemes.session]: [], [securitySchemes.csrf]: [] }),
    ApiUnauthorizedResponse({ description: 'Problem `unauthenticated`' }),
    ApiForbiddenResponse({ description: 'Problem `forbidden`: a token, or no CSRF token' }),
  );

/** Whoever has the permission at the place; for a token both the person's roles and the token's scopes must allow it. */
export const Needs = (permission: Permission, place: Place | null = null): MethodDecorator =>
  applyDecorators(
    access({ kind: 'needs', permission, place }),
    ApiSecurity({ [securitySchemes.session]: [], [securitySchemes.csrf]: [] }),
    ApiBearerAuth(securitySchemes.token),
    ApiExtension('x-permission', permission),
    ApiUnauthorizedResponse({ description: 'Problem `unauthenticated`' }),
    ApiForbiddenResponse({
      description: `Problem \`forbidden\`: needs \`${permission}\`, which ${rolesWith(permission).join(', ')} have`,
    }),
  );
