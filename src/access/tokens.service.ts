import { Injectable } from '@nestjs/common';
import type { PoolClient } from 'pg';
import { Clock } from '../common/clock.js';
import { uuidv7 } from '../common/ids.js';
import type { Permission } from '../common/permissions.js';
import { noSuch, publicId, tokenKey } from '../common/public-ids.js';
import { appendAudit, type AuditActor } from '../database/audit.js';
import { HubPools } from '../database/pools.js';
import { insertToken, revokeToken, tokensOf, type TokenRow } from '../database/sql/access/tokens.js';
import { run } from '../database/sql/statement.js';
import { inTransaction } from '../database/transaction.js';
import { hashOf } from '../common/one-time-secret.js';
import { newToken } from './secrets.js';

const DAY = 86_400_000;

export interface TokenRequest {
  readonly name: string;
  readonly scopes: readonly Permission[];
  readonly days: number;
}

/** API tokens of people. A token acts for its person, within its scopes. */
@Injectable()
export class TokensService {
  constructor(
    private readonly pools: HubPools,
    private readonly clock: Clock,
  ) {}

  list(personId: string): Promise<TokenRow[]> {
    return run(this.pools.general, tokensOf, [personId]);
  }

  /** The token itself is in the answer and nowhere else. */
  async make(
    personId: string,
    { name, scopes, days }: TokenRequest,
    by: AuditActor,
  ): Promise<{ readonly row: TokenRow; readonly secret: string }> {
    const { text: secret, prefix } = newToken();
    return inTransaction(this.pools.general, async (client) => {
      const now = this.clock.now();
      const [row] = await run(client, insertToken, [
        uuidv7(now),
        personId,
        name,
        prefix,
        hashOf(secret),
        scopes,
        now,
        now + days * DAY,
      ]);
      const made = row as TokenRow;
      await this.#record(client, by, 'token.created', made);
      return { row: made, secret };
    });
  }

  /** Doing it twice is doing it once. @throws AppError `not-found`, also for a token of somebody else */
  async revoke(personId: string, id: string, by: AuditActor): Promise<TokenRow> {
    const key = tokenKey(id);
    return inTransaction(this.pools.general, async (client) => {
      const [row] = await run(client, revokeToken, [key, personId, this.clock.now()]);
      if (row === undefined) throw noSuch('token', id);
      await this.#record(client, by, 'token.revoked', row);
      return row;
    });
  }

  #record(client: PoolClient, actor: AuditActor, action: string, token: TokenRow): Promise<void> {
    return appendAudit(client, this.clock.now(), {
      actor,
      action,
      object: publicId.token(token.id),
      pipeline: null,
      detail: {
        name: token.name,
        person: publicId.person(token.person_id),
        scopes: token.scopes,
        expiresAt: token.expires_at.toISOString(),
      },
    });
  }
}
