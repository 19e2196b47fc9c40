import { Injectable } from '@nestjs/common';
import type { PoolClient } from 'pg';
import { Clock } from '../common/clock.js';
import { AppError } from '../common/errors.js';
import { appendAudit, type AuditActor } from '../database/audit.js';
import { HubPools } from '../database/pools.js';
import { insertLink, outdateLinks, usableLink, useLink, type LinkRow } from '../database/sql/access/links.js';
import { activeWithRole, lockAdmins } from '../database/sql/access/people.js';
import { execute, run } from '../database/sql/statement.js';
import { inTransaction } from '../database/transaction.js';
import { hashOf, newSecret } from '../common/one-time-secret.js';

export const setUpLinkMs = 24 * 3_600_000;

/** Links that let somebody in once, to choose a password. */
@Injectable()
export class OneTimeLinks {
  constructor(
    private readonly pools: HubPools,
    private readonly clock: Clock,
  ) {}

  /**
   * A link for the first admin, as long as nobody is one: with the first that is used, all are used up.
   *
   * @returns its secret, `null` when there is an admin
   */
  async forFirstAdmin(by: AuditActor): Promise<string | null> {
    return inTransaction(this.pools.general, async (client) => {
      await execute(client, lockAdmins, []);
      if (await isThereAnAdmin(client)) return null;
      const secret = await this.make(client, 'setup', null, setUpLinkMs);
      await appendAudit(client, this.clock.now(), {
        actor: by,
        action: 'first-admin.link-made',
        object: null,
        pipeline: null,
        detail: { expiresAt: new Date(this.clock.now() + setUpLinkMs).toISOString() },
      });
      return secret;
    });
  }

  /** @returns its secret; links that were made before for the same person are useless from now on */
  async make(
    client: PoolClient,
    purpose: LinkRow['purpose'],
    personId: string | null,
    validMs: number,
  ): Promise<string> {
    const secret = newSecret();
    const now = this.clock.now();
    if (personId !== null) await execute(client, outdateLinks, [personId, now]);
    await execute(client, insertLink, [hashOf(secret), purpose, personId, now, now + validMs]);
    return secret;
  }

  /** @throws AppError `link-invalid` */
  async look(secret: string): Promise<LinkRow> {
    const [link] = await run(this.pools.general, usableLink, [hashOf(secret), this.clock.now()]);
    if (link === undefined) throw useless();
    return link;
  }

  /**
   * Uses it up, in the transaction of `client`.
   *
   * @throws AppError `link-invalid`, also for the first admin's once there is an admin
   */
  async use(client: PoolClient, secret: string): Promise<LinkRow> {
    const [link] = await run(client, useLink, [hashOf(secret), this.clock.now()]);
    if (link === undefined) throw useless();
    if (link.purpose === 'setup') {
      await execute(client, lockAdmins, []);
      if (await isThereAnAdmin(client)) throw useless();
    }
    return link;
  }
}

export async function isThereAnAdmin(client: Pick<PoolClient, 'query'>): Promise<boolean> {
  return (await run(client, activeWithRole, ['admin'])).length > 0;
}

function useless(): AppError {
  return new AppError(
    'link-invalid',
    'This link was used already, has expired, or never was one. Ask whoever sent it for a new one.',
  );
}
