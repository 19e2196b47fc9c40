import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { AppError } from './errors.js';
import { reachOf, type Grant, type Permission, type Reach } from './permissions.js';

/** Who makes a request: a person in a browser, or a program with a token of a person. */
export interface Caller {
  readonly kind: 'person' | 'token';
  /** Of the session or token: `usr_…` or `tok_…`. */
  readonly id: string;
  /** The person's key in the database, also for a token. */
  readonly personId: string;
  /** As it is shown and recorded: `Ann Lee`, or `Ann Lee (token nightly)`. */
  readonly name: string;
  readonly grants: readonly Grant[];
  /** Of a token; `null`: whatever the roles allow. */
  readonly scopes: readonly Permission[] | null;
  readonly address: string | null;
  /** In the log lines and the audit log. */
  readonly requestId: string | null;
  /** Of the session or token in the database, to look it up again. */
  readonly credential: Credential;
}

export type Credential =
  { readonly kind: 'session'; readonly id: Buffer } | { readonly kind: 'token'; readonly id: string };

/** On which pipelines the caller may do this: roles and, for a token, scopes. */
export function reachOfCaller(
  { grants, scopes }: Pick<Caller, 'grants' | 'scopes'>,
  permission: Permission,
): Reach {
  return scopes === null || scopes.includes(permission) ? reachOf(grants, permission) : [];
}

/** The names of the pipelines to which a list is limited; `null`: no limit. */
export function pipelinesWithin(caller: Caller, permission: Permission): readonly string[] | null {
  const reach = reachOfCaller(caller, permission);
  return reach === 'everywhere' ? null : reach;
}

/** A request as the guard leaves it. */
export interface CalledRequest {
  caller?: Caller;
}

/** The caller, in a route that is not public: the guard has put it there. */
export const CallerParam = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const { caller } = context.switchToHttp().getRequest<CalledRequest>();
  if (caller === undefined)
    throw new AppError('internal', 'A route asks for its caller and lets everybody in.');
  return caller;
});

/** Whether a caller who was let in once still may be in: for answers that last, such as event streams. */
export abstract class StillAllowed {
  abstract isStill(caller: Caller, permission: Permission): Promise<boolean>;
}
