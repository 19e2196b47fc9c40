import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { reachOfCaller, type Caller } from '../common/caller.js';
import { AppError } from '../common/errors.js';
import { EVERY_PIPELINE, PERMISSIONS } from '../common/permissions.js';
import { HubPools } from '../database/pools.js';
import { personById } from '../database/sql/access/people.js';
import { run } from '../database/sql/statement.js';
import { AccessSettings } from './access-settings.js';
import { readCookie } from './cookies.js';
import { Credentials } from './credentials.js';
import { DemoPeople } from './demo-people.js';
import { isThereAnAdmin } from './one-time-links.js';
import { csrfTokenOf } from './secrets.js';
import type { MeDto, SessionDto, SignInWaysDto } from './session.dto.js';

/** What a screen asks first: who am I, what may I, and how could I sign in. */
@Injectable()
export class Me {
  constructor(
    private readonly pools: HubPools,
    private readonly credentials: Credentials,
    private readonly settings: AccessSettings,
    private readonly demo: DemoPeople,
  ) {}

  async answer(request: Request): Promise<SessionDto> {
    const caller = await this.credentials.callerOf(request).catch(nobody);
    if (caller === null) return this.signedOut();
    return this.#signedIn(
      caller,
      caller.kind === 'person' ? readCookie(request, 'session', this.settings) : null,
    );
  }

  /** For a browser that has just been given a session, and not yet sent it back. */
  async ofSession(secret: string, request: Request): Promise<SessionDto> {
    return this.#signedIn(await this.credentials.bySession(request, secret), secret);
  }

  async signedOut(): Promise<SessionDto> {
    return { me: null, csrfToken: null, ways: await this.#ways() };
  }

  async #signedIn(caller: Caller, secret: string | null): Promise<SessionDto> {
    return {
      me: await this.#me(caller),
      csrfToken: secret === null ? null : csrfTokenOf(secret),
      ways: await this.#ways(),
    };
  }

  async #me(caller: Caller): Promise<MeDto> {
    const [person] = await run(this.pools.general, personById, [caller.personId]);
    const may = PERMISSIONS.map((permission) => {
      const reach = reachOfCaller(caller, permission);
      return { permission, pipelines: reach === 'everywhere' ? [EVERY_PIPELINE] : reach };
    });
    return {
      id: caller.id,
      name: caller.name,
      email: person?.email ?? '',
      demo: person?.demo ?? false,
      grants: caller.grants,
      may: may.filter(({ pipelines }) => pipelines.length > 0),
    };
  }

  async #ways(): Promise<SignInWaysDto> {
    const { OIDC_ISSUER, OIDC_LABEL } = this.settings.env;
    return {
      firstAdminMissing: !(await isThereAnAdmin(this.pools.general)),
      singleSignOn: OIDC_ISSUER === undefined ? null : OIDC_LABEL,
      demo: this.demo.named,
    };
  }
}

function nobody(error: unknown): null {
  if (error instanceof AppError && error.code === 'unauthenticated') return null;
  throw error;
}
