import { Injectable } from '@nestjs/common';
import type { PoolClient } from 'pg';
import type { Caller } from '../common/caller.js';
import { Clock } from '../common/clock.js';
import { AppError } from '../common/errors.js';
import { uuidv7 } from '../common/ids.js';
import { invitationMs, newPasswordMs } from '../common/one-time-secret.js';
import { EVERY_PIPELINE, type Grant } from '../common/permissions.js';
import { noSuch, personKey, publicId } from '../common/public-ids.js';
import type { Json } from '../core/value.js';
import { actorOf, appendAudit, type AuditActor } from '../database/audit.js';
import { mailAgain } from '../database/mail-again.js';
import { HubPools } from '../database/pools.js';
import {
  insertPerson,
  lockAdmins,
  lockPerson,
  people,
  personById,
  replaceGrants,
  updatePerson,
  type PersonRow,
} from '../database/sql/access/people.js';
import { deleteSessionsOf } from '../database/sql/access/sessions.js';
import { revokeTokensOf } from '../database/sql/access/tokens.js';
import { addNotices } from '../database/sql/notify/notices.js';
import { execute, run } from '../database/sql/statement.js';
import { inTransaction } from '../database/transaction.js';
import { AccessSettings } from './access-settings.js';
import { isThereAnAdmin, OneTimeLinks } from './one-time-links.js';
import type { ChangePersonDto, InviteDto } from './person.dto.js';

/** A one-time link that was made. */
export interface MadeLink {
  readonly secret: string;
  readonly expiresAt: Date;
  /** Where a mail goes with another link, made when it is sent; `null`: no mails are sent here. */
  readonly mailedTo: string | null;
}

/** Who there is and what they may do. */
@Injectable()
export class PeopleService {
  constructor(
    private readonly pools: HubPools,
    private readonly clock: Clock,
    private readonly settings: AccessSettings,
    private readonly links: OneTimeLinks,
  ) {}

  list(): Promise<PersonRow[]> {
    return run(this.pools.general, people, [this.settings.demo]);
  }

  /** @throws AppError `not-found` */
  async get(id: string): Promise<PersonRow> {
    return this.#person(this.pools.general, personKey(id), id);
  }

  /** @throws AppError `taken`, `invalid` */
  async invite(
    { email, name, grants }: InviteDto,
    by: Caller,
  ): Promise<{ readonly person: PersonRow; readonly link: MadeLink }> {
    mustBeGrants(grants);
    return inTransaction(this.pools.general, async (client) => {
      const id = uuidv7(this.clock.now());
      const added = await run(client, insertPerson, [id, email, name, 'invited', null, false]);
      if (added.length === 0)
        throw new AppError('taken', `There is somebody with the address ${email} already.`);
      await giveGrants(client, id, 'people', grants);
      const person = await this.#person(client, id);
      const link = await this.#link(client, person, 'invitation', actorOf(by));
      const detail = { email, name, grants: shown(grants), mailed: link.mailedTo !== null };
      await this.#record(client, actorOf(by), 'person.invited', id, detail);
      return { person, link };
    });
  }

  /**
   * @param accepted entity tags of the person as they were shown
   * @throws AppError `not-found`; `stale`; `last-admin`; `invalid`
   */
  async change(
    id: string,
    accepted: readonly string[],
    { name, grants, state }: ChangePersonDto,
    by: Caller,
  ): Promise<PersonRow> {
    const key = personKey(id);
    if (grants !== undefined) mustBeGrants(grants);
    return inTransaction(this.pools.general, async (client) => {
      await execute(client, lockAdmins, []);
      await run(client, lockPerson, [key]);
      const before = await this.#person(client, key, id);
      if (!accepted.includes(etagOf(before)))
        throw new AppError('stale', 'Somebody has changed this person meanwhile: look again.');
      const hadAdmin = await isThereAnAdmin(client);
      await execute(client, updatePerson, [key, name ?? before.name, stateAfter(before, state)]);
      if (grants !== undefined) await giveGrants(client, key, 'people', grants);
      if (state === 'disabled') await this.#shutOut(client, key);
      if (hadAdmin && !(await isThereAnAdmin(client)))
        throw new AppError(
          'last-admin',
          'Nobody would be left who manages people. Make somebody else an admin first.',
        );
      const after = await this.#person(client, key, id);
      const detail = { before: audited(before), after: audited(after) };
      await this.#record(client, actorOf(by), 'person.changed', key, detail);
      return after;
    });
  }

  /** Mails are sent to them again, also what was refused within a day. */
  async mailAgain(id: string, by: AuditActor): Promise<PersonRow> {
    const key = personKey(id);
    const { email } = await this.#person(this.pools.general, key, id);
    await inTransaction(this.pools.general, (client) =>
      mailAgain(client, { personId: key, email, by, now: this.clock.now() }),
    );
    return this.#person(this.pools.general, key, id);
  }

  /** A link to choose a new password; the present one stays good until it is used. */
  async newLink(id: string, by: AuditActor): Promise<MadeLink> {
    const key = personKey(id);
    return inTransaction(this.pools.general, async (client) => {
      const person = await this.#person(client, key, id);
      if (person.demo || person.state === 'disabled')
        throw new AppError(
          'invalid',
          `${person.name} cannot sign in: ${person.demo ? 'comes with the demo' : 'is disabled'}.`,
        );
      const link = await this.#link(
        client,
        person,
        person.state === 'invited' ? 'invitation' : 'new-password',
        by,
      );
      const detail = { expiresAt: link.expiresAt.toISOString(), mailed: link.mailedTo !== null };
      await this.#record(client, by, 'person.link-made', key, detail);
      return link;
    });
  }

  /** To be shown once; and where mails are sent, one is asked for whose link is made when it goes out, so that no secret is kept. */
  async #link(
    client: PoolClient,
    person: PersonRow,
    why: 'invitation' | 'new-password',
    by: AuditActor,
  ): Promise<MadeLink> {
    const validMs = why === 'invitation' ? invitationMs : newPasswordMs;
    const secret = await this.links.make(client, 'password', person.id, validMs);
    const mails = this.settings.env.SMTP_URL !== undefined && person.mail_refused === null;
    const mailedTo = mails ? person.email : null;
    if (mailedTo !== null) {
      const wanted = {
        id: uuidv7(this.clock.now()),
        recipient: person.id,
        event: 'access',
        pipeline_id: null,
        conflict_id: null,
        facts: { why, by: by.kind === 'command-line' ? '' : by.name },
      };
      await run(client, addNotices, [JSON.stringify([wanted]), new Date(this.clock.now()).toISOString()]);
    }
    return { secret, expiresAt: new Date(this.clock.now() + validMs), mailedTo };
  }

  async #shutOut(client: PoolClient, personId: string): Promise<void> {
    await execute(client, deleteSessionsOf, [personId, null]);
    await execute(client, revokeTokensOf, [personId, this.clock.now()]);
  }

  /** Whoever is no invention of the demo, or in the demo everybody. */
  async #person(
    client: Pick<PoolClient, 'query'>,
    key: string,
    id = publicId.person(key),
  ): Promise<PersonRow> {
    const [row] = await run(client, personById, [key]);
    if (row === undefined || (row.demo && !this.settings.demo)) throw noSuch('person', id);
    return row;
  }

  #record(
    client: PoolClient,
    actor: AuditActor,
    action: string,
    key: string,
    detail: Readonly<Record<string, Json>>,
  ): Promise<void> {
    const object = publicId.person(key);
    return appendAudit(client, this.clock.now(), { actor, action, object, pipeline: null, detail });
  }
}

export function etagOf({ rev }: Pick<PersonRow, 'rev'>): string {
  return `"${rev}"`;
}

export async function giveGrants(
  client: PoolClient,
  personId: string,
  source: 'people' | 'oidc',
  grants: readonly Grant[],
): Promise<void> {
  await execute(client, replaceGrants, [
    personId,
    source,
    grants.map(({ role }) => role),
    grants.map(({ pipeline }) => pipeline),
  ]);
}

export function shown(grants: readonly Grant[]): string[] {
  return grants.map(({ role, pipeline }) => `${role}@${pipeline}`).sort();
}

function mustBeGrants(grants: readonly Grant[]): void {
  const at = grants.findIndex(({ role, pipeline }) => role === 'admin' && pipeline !== EVERY_PIPELINE);
  if (at === -1) return;
  const detail = 'an admin is one on every pipeline: *';
  throw new AppError('invalid', `/grants/${at}/pipeline: ${detail}`, {
    faults: [{ pointer: `/grants/${at}/pipeline`, code: 'admin', detail }],
  });
}

/** Whoever was disabled before they ever came has to come by a link still. */
function stateAfter(before: PersonRow, wanted: 'active' | 'disabled' | undefined): PersonRow['state'] {
  if (wanted === undefined) return before.state;
  if (wanted === 'disabled') return 'disabled';
  return before.has_password || before.single_sign_on ? 'active' : 'invited';
}

function audited({ name, state, grants }: PersonRow): Json {
  return { name, state, grants: shown(grants.filter(({ source }) => source === 'people')) };
}
