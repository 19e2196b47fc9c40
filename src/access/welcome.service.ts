import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { PoolClient } from 'pg';
import { Clock } from '../common/clock.js';
import { AppError } from '../common/errors.js';
import { uuidv7 } from '../common/ids.js';
import { EVERY_PIPELINE, type Role } from '../common/permissions.js';
import { publicId } from '../common/public-ids.js';
import { appendAudit } from '../database/audit.js';
import { HubPools } from '../database/pools.js';
import { outdateLinks } from '../database/sql/access/links.js';
import { insertPerson, personById, setPassword } from '../database/sql/access/people.js';
import { deleteSessionsOf } from '../database/sql/access/sessions.js';
import { execute, run } from '../database/sql/statement.js';
import { inTransaction } from '../database/transaction.js';
import { OneTimeLinks } from './one-time-links.js';
import { hashPassword, mustBeGoodPassword } from './password.js';
import { giveGrants } from './people.service.js';
import { addressOf, requestIdOf } from './request-facts.js';
import type { SeenLinkDto, UseLinkDto } from './session.dto.js';
import { SessionsService } from './sessions.service.js';

/** What a one-time link leads to: the first admin, or a password for somebody who was invited or has forgotten it. */
@Injectable()
export class WelcomeService {
  constructor(
    private readonly pools: HubPools,
    private readonly clock: Clock,
    private readonly links: OneTimeLinks,
    private readonly sessions: SessionsService,
  ) {}

  /** @throws AppError `link-invalid` */
  async look(secret: string): Promise<SeenLinkDto> {
    const { purpose, person_id: personId } = await this.links.look(secret);
    const [person] = personId === null ? [] : await run(this.pools.general, personById, [personId]);
    return { purpose, email: person?.email ?? null, name: person?.name ?? null };
  }

  /**
   * Uses the link up and signs in.
   *
   * @returns the secret of the session
   * @throws AppError `link-invalid`; `invalid` for what is missing or a bad password: the link stays good; `taken`
   */
  async use(request: Request, input: UseLinkDto): Promise<string> {
    const seen = await this.look(input.secret);
    const who = { email: seen.email ?? needed(input, 'email'), name: seen.name ?? needed(input, 'name') };
    mustBeGoodPassword(input.password, who);
    const hash = await hashPassword(input.password);
    return inTransaction(this.pools.general, async (client) => {
      const { purpose, person_id: personId } = await this.links.use(client, input.secret);
      const id =
        purpose === 'setup' || personId === null
          ? await this.#firstAdmin(client, request, who, hash, input.steward === true)
          : await this.#password(client, request, personId, hash);
      return this.sessions.start(client, request, id, 'one-time-link');
    });
  }

  async #firstAdmin(
    client: PoolClient,
    request: Request,
    { email, name }: { readonly email: string; readonly name: string },
    hash: string,
    steward: boolean,
  ): Promise<string> {
    const id = uuidv7(this.clock.now());
    const added = await run(client, insertPerson, [id, email, name, 'active', hash, false]);
    if (added.length === 0)
      throw new AppError('taken', `There is somebody with the address ${email} already.`);
    const roles: readonly Role[] = steward ? ['admin', 'steward'] : ['admin'];
    await giveGrants(
      client,
      id,
      'people',
      roles.map((role) => ({ role, pipeline: EVERY_PIPELINE })),
    );
    await this.#record(client, request, id, name, 'person.first-admin', { email, roles });
    return id;
  }

  /** Whoever knew the old password, or had somebody's browser, is out. */
  async #password(client: PoolClient, request: Request, id: string, hash: string): Promise<string> {
    await execute(client, setPassword, [id, hash]);
    // The one that was mailed, or the one that was handed over.
    await execute(client, outdateLinks, [id, this.clock.now()]);
    await execute(client, deleteSessionsOf, [id, null]);
    const [person] = await run(client, personById, [id]);
    if (person?.state !== 'active')
      throw new AppError('link-invalid', 'This person cannot sign in any more.');
    await this.#record(client, request, id, person.name, 'password.set', {});
    return id;
  }

  #record(
    client: PoolClient,
    request: Request,
    id: string,
    name: string,
    action: string,
    detail: Readonly<Record<string, string | readonly string[]>>,
  ): Promise<void> {
    const object = publicId.person(id);
    return appendAudit(client, this.clock.now(), {
      actor: {
        kind: 'person',
        id: object,
        personId: id,
        name,
        address: addressOf(request),
        requestId: requestIdOf(request),
      },
      action,
      object,
      pipeline: null,
      detail: { ...detail, way: 'one-time-link' },
    });
  }
}

function needed(input: UseLinkDto, member: 'email' | 'name'): string {
  const value = input[member];
  if (value !== undefined) return value;
  const detail = 'is needed for the first admin';
  throw new AppError('invalid', `/${member}: ${detail}`, {
    faults: [{ pointer: `/${member}`, code: 'required', detail }],
  });
}
