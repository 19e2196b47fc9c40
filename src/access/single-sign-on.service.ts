import { Injectable, Logger } from '@nestjs/common';
import type { Request } from 'express';
import type { PoolClient } from 'pg';
import { Clock } from '../common/clock.js';
import { AppError } from '../common/errors.js';
import { uuidv7 } from '../common/ids.js';
import type { Grant } from '../common/permissions.js';
import { grantsOfGroups, readRoleRules } from '../common/role-rules.js';
import { appendAudit } from '../database/audit.js';
import { HubPools } from '../database/pools.js';
import { insertFlow, takeFlow } from '../database/sql/access/oidc-flows.js';
import {
  insertPerson,
  personByEmail,
  personById,
  personByIdentity,
  setIdentity,
  type PersonRow,
} from '../database/sql/access/people.js';
import { execute, run } from '../database/sql/statement.js';
import { inTransaction } from '../database/transaction.js';
import { AccessSettings } from './access-settings.js';
import { IdentityProvider, type Identity } from './identity-provider.js';
import { giveGrants } from './people.service.js';
import { stranger } from './request-facts.js';
import { hashOf, newSecret } from '../common/one-time-secret.js';
import { SessionsService } from './sessions.service.js';

export const flowMs = 10 * 60_000;

/** Why somebody who comes back from the identity provider is not let in; the sign-in page has words for each. */
export type Refusal = 'expired' | 'denied' | 'failed' | 'no-email' | 'taken' | 'no-role' | 'disabled';

export type Outcome = { readonly secret: string; readonly returnTo: string } | { readonly refusal: Refusal };

/** Signing in by an identity provider (OpenID Connect). */
@Injectable()
export class SingleSignOn {
  readonly #logger = new Logger(SingleSignOn.name);

  constructor(
    private readonly pools: HubPools,
    private readonly clock: Clock,
    private readonly provider: IdentityProvider,
    private readonly sessions: SessionsService,
    private readonly settings: AccessSettings,
  ) {}

  /**
   * @returns where the browser is to go, and what it is to keep as a cookie
   * @throws AppError `not-found` without a provider, `identity-provider-failed`
   */
  async begin(
    callback: string,
    returnTo: string,
  ): Promise<{ readonly address: string; readonly browser: string }> {
    if (!this.provider.isThere) throw new AppError('not-found', 'There is no single sign-on here.');
    const flow = await this.provider.newFlow();
    const address = await this.provider.authorizationAddress(flow, callback);
    const browser = newSecret();
    await execute(this.pools.general, insertFlow, [
      hashOf(browser),
      flow.state,
      flow.nonce,
      flow.verifier,
      returnTo,
      this.clock.now() + flowMs,
    ]);
    return { address, browser };
  }

  /**
   * The answer of the provider. A flow is used once, and only in the browser that began it.
   *
   * @param answer the address that the browser came back to, as the provider knows it
   */
  async end(request: Request, browser: string | null, answer: URL): Promise<Outcome> {
    const [flow] =
      browser === null ? [] : await run(this.pools.general, takeFlow, [hashOf(browser), this.clock.now()]);
    if (flow === undefined) return this.#refuse(request, 'expired', null);
    let identity: Identity;
    try {
      identity = await this.provider.identityOf(answer, flow);
    } catch (error) {
      const refusal = answer.searchParams.has('error') ? 'denied' : 'failed';
      if (refusal === 'failed')
        this.#logger.warn({ msg: 'the answer of the identity provider is not good', err: error });
      return this.#refuse(request, refusal, null);
    }
    return inTransaction(this.pools.general, async (client): Promise<Outcome> => {
      const found = await this.#person(client, identity);
      if (typeof found === 'string') return this.#refuse(request, found, identity, client);
      const secret = await this.sessions.start(client, request, found.id, 'single-sign-on');
      return { secret, returnTo: flow.return_to };
    });
  }

  /** Whoever the provider knows as the same; whoever was invited by a verified address; or somebody new whose groups give a role. */
  async #person(client: PoolClient, identity: Identity): Promise<PersonRow | Refusal> {
    const { issuer, subject, email, emailVerified } = identity;
    const rules = readRoleRules(this.settings.env.OIDC_ROLES ?? '') ?? [];
    const grants = grantsOfGroups(rules, identity.groups);
    const [known] = await run(client, personByIdentity, [issuer, subject]);
    if (known !== undefined) return this.#update(client, known, identity, grants);
    if (email === null || emailVerified === false) return 'no-email';
    const [same] = await run(client, personByEmail, [email]);
    // An address alone proves nothing about an account that is in use.
    if (same !== undefined)
      return same.state === 'invited' && emailVerified === true
        ? this.#update(client, same, identity, grants)
        : 'taken';
    if (grants.length === 0) return 'no-role';
    const id = uuidv7(this.clock.now());
    const added = await run(client, insertPerson, [id, email, identity.name ?? email, 'active', null, false]);
    if (added.length === 0) return 'taken';
    const [person] = await run(client, personById, [id]);
    return this.#update(client, person as PersonRow, identity, grants);
  }

  async #update(
    client: PoolClient,
    person: PersonRow,
    { issuer, subject, name }: Identity,
    grants: readonly Grant[],
  ): Promise<PersonRow | Refusal> {
    if (person.state === 'disabled') return 'disabled';
    await execute(client, setIdentity, [person.id, issuer, subject, name ?? person.name]);
    await giveGrants(client, person.id, 'oidc', grants);
    const [row] = await run(client, personById, [person.id]);
    const after = row as PersonRow;
    return after.grants.length === 0 ? 'no-role' : after;
  }

  async #refuse(
    request: Request,
    refusal: Refusal,
    identity: Identity | null,
    client?: PoolClient,
  ): Promise<Outcome> {
    const record = (on: PoolClient): Promise<void> =>
      appendAudit(on, this.clock.now(), {
        actor: stranger(request, identity?.email ?? identity?.subject ?? ''),
        action: 'session.refused',
        object: null,
        pipeline: null,
        detail: { way: 'single-sign-on', why: refusal, groups: identity?.groups ?? [] },
      });
    // Without a flow there was no attempt of ours to record: anybody can ask for this address.
    if (refusal !== 'expired')
      await (client === undefined ? inTransaction(this.pools.general, record) : record(client));
    return { refusal };
  }
}
