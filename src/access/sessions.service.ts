import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { PoolClient } from 'pg';
import type { Caller } from '../common/caller.js';
import { Clock } from '../common/clock.js';
import { AppError } from '../common/errors.js';
import { publicId } from '../common/public-ids.js';
import { actorOf, appendAudit, type AuditActor } from '../database/audit.js';
import { HubPools } from '../database/pools.js';
import {
  noteLogin,
  passwordOf,
  personById,
  rehashPassword,
  setPassword,
  type PersonRow,
} from '../database/sql/access/people.js';
import { deleteSession, deleteSessionsOf, insertSession } from '../database/sql/access/sessions.js';
import { execute, run } from '../database/sql/statement.js';
import { inTransaction } from '../database/transaction.js';
import { AccessSettings } from './access-settings.js';
import { Attempts } from './attempts.js';
import { readCookie } from './cookies.js';
import { checkPassword, hashPassword, mustBeGoodPassword } from './password.js';
import { addressOf, agentOf, requestIdOf, stranger } from './request-facts.js';
import { hashOf, newSecret } from '../common/one-time-secret.js';

export type SignInWay = 'password' | 'one-time-link' | 'single-sign-on';

/** Signing in and out. Every sign-in gives a new session, and ends the one that the browser had. */
@Injectable()
export class SessionsService {
  constructor(
    private readonly pools: HubPools,
    private readonly clock: Clock,
    private readonly settings: AccessSettings,
    private readonly attempts: Attempts,
  ) {}

  /**
   * @returns the secret of the new session
   * @throws AppError `sign-in-refused`, the same for whatever is wrong; `too-many-attempts`
   */
  async signIn(request: Request, email: string, password: string): Promise<string> {
    const account = email.trim().toLowerCase();
    const address = addressOf(request);
    await this.attempts.begin(account, address);
    const [found] = await run(this.pools.general, passwordOf, [account, this.settings.demo]);
    const hash = found?.state === 'active' ? found.password_hash : null;
    const { right, outdated } = await checkPassword(password, hash);
    if (found === undefined || !right) {
      await inTransaction(this.pools.general, (client) => this.#refused(client, stranger(request, account)));
      throw new AppError('sign-in-refused', 'The e-mail address or the password is not right.');
    }
    await this.attempts.succeeded(account, address);
    const rehashed = outdated ? await hashPassword(password) : null;
    return inTransaction(this.pools.general, async (client) => {
      if (rehashed !== null) await execute(client, rehashPassword, [found.id, rehashed]);
      return this.start(client, request, found.id, 'password');
    });
  }

  /** Within a transaction, for somebody who has shown who they are. Appends to the audit log: call it last. */
  async start(client: PoolClient, request: Request, personId: string, way: SignInWay): Promise<string> {
    const before = readCookie(request, 'session', this.settings);
    if (before !== null) await execute(client, deleteSession, [hashOf(before)]);
    const secret = newSecret();
    const now = this.clock.now();
    await execute(client, insertSession, [
      hashOf(secret),
      personId,
      now,
      now + this.settings.longestMs,
      addressOf(request),
      agentOf(request),
    ]);
    await execute(client, noteLogin, [personId, now]);
    const [person] = await run(client, personById, [personId]);
    await appendAudit(client, now, {
      actor: personActor(person as PersonRow, request),
      action: 'session.started',
      object: publicId.person(personId),
      pipeline: null,
      detail: { way, agent: agentOf(request) },
    });
    return secret;
  }

  async signOut(caller: Caller): Promise<void> {
    if (caller.credential.kind !== 'session') return;
    const { id } = caller.credential;
    await inTransaction(this.pools.general, async (client) => {
      await execute(client, deleteSession, [id]);
      await appendAudit(client, this.clock.now(), {
        actor: actorOf(caller),
        action: 'session.ended',
        object: publicId.person(caller.personId),
        pipeline: null,
        detail: {},
      });
    });
  }

  /**
   * Whoever changes the password stays signed in; every other browser is signed out.
   *
   * @throws AppError `sign-in-refused` when the present one is not right, `invalid`, `forbidden` for people of the demo
   */
  async changePassword(caller: Caller, present: string, next: string): Promise<void> {
    const [person] = await run(this.pools.general, personById, [caller.personId]);
    if (person === undefined || person.demo)
      throw new AppError('forbidden', 'The passwords of the demo are what the sign-in page says.');
    await this.attempts.begin(person.email, caller.address);
    const [stored] = await run(this.pools.general, passwordOf, [person.email, this.settings.demo]);
    const { right } = await checkPassword(present, stored?.password_hash ?? null);
    if (!right) throw new AppError('sign-in-refused', 'The present password is not right.');
    await this.attempts.succeeded(person.email, caller.address);
    mustBeGoodPassword(next, person);
    const hash = await hashPassword(next);
    const own = caller.credential.kind === 'session' ? caller.credential.id : null;
    await inTransaction(this.pools.general, async (client) => {
      await execute(client, setPassword, [person.id, hash]);
      await execute(client, deleteSessionsOf, [person.id, own]);
      await appendAudit(client, this.clock.now(), {
        actor: actorOf(caller),
        action: 'password.changed',
        object: publicId.person(person.id),
        pipeline: null,
        detail: {},
      });
    });
  }

  #refused(client: PoolClient, actor: AuditActor): Promise<void> {
    return appendAudit(client, this.clock.now(), {
      actor,
      action: 'session.refused',
      object: null,
      pipeline: null,
      detail: { way: 'password' },
    });
  }
}

function personActor({ id, name }: PersonRow, request: Request): AuditActor {
  return {
    kind: 'person',
    id: publicId.person(id),
    personId: id,
    name,
    address: addressOf(request),
    requestId: requestIdOf(request),
  };
}
