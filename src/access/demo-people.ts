import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { uuidv7 } from '../common/ids.js';
import { EVERY_PIPELINE, rolePermissions } from '../common/permissions.js';
import type { AuditActor } from '../database/audit.js';
import { HubPools } from '../database/pools.js';
import { callerOfToken } from '../database/sql/access/callers.js';
import { insertPerson, personByEmail } from '../database/sql/access/people.js';
import { run } from '../database/sql/statement.js';
import { inTransaction } from '../database/transaction.js';
import { AccessSettings } from './access-settings.js';
import { hashPassword } from './password.js';
import { giveGrants } from './people.service.js';
import { hashOf } from '../common/one-time-secret.js';
import { prefixOfToken } from './secrets.js';
import { TokensService } from './tokens.service.js';

/** The people of the demo. Everybody may know their passwords: outside of the demo they do not exist (`person.demo`). */
export const demoPeople = [
  { role: 'steward', name: 'Demo Steward', email: 'steward@example.org', password: 'steward of the demo' },
  {
    role: 'engineer',
    name: 'Demo Engineer',
    email: 'engineer@example.org',
    password: 'engineer of the demo',
  },
] as const;

@Injectable()
export class DemoPeople {
  constructor(
    private readonly pools: HubPools,
    private readonly clock: Clock,
    private readonly settings: AccessSettings,
    private readonly tokens: TokensService,
  ) {}

  /** Those that the sign-in page names: none outside of the demo. */
  get named(): typeof demoPeople | readonly [] {
    return this.settings.demo ? demoPeople : [];
  }

  /** Makes them, in the demo, where they are not there yet. Safe to run from two processes at once. */
  async ensure(): Promise<void> {
    if (!this.settings.demo) return;
    for (const person of demoPeople) {
      const [known] = await run(this.pools.general, personByEmail, [person.email]);
      if (known !== undefined) continue;
      const hash = await hashPassword(person.password);
      await inTransaction(this.pools.general, async (client) => {
        const id = uuidv7(this.clock.now());
        const added = await run(client, insertPerson, [id, person.email, person.name, 'active', hash, true]);
        if (added.length === 0) return;
        await giveGrants(client, id, 'people', [{ role: person.role, pipeline: EVERY_PIPELINE }]);
      });
    }
  }

  /**
   * A token of the demo's engineer, for the command line: the present one as long as it is good for another day.
   *
   * @returns `null` outside of the demo
   */
  async token(present: string, by: AuditActor): Promise<string | null> {
    if (!this.settings.demo) return null;
    const prefix = prefixOfToken(present);
    const tomorrow = this.clock.now() + 86_400_000;
    const [good] =
      prefix === null ? [] : await run(this.pools.general, callerOfToken, [prefix, tomorrow, true]);
    if (good?.hash.equals(hashOf(present)) === true) return present;
    const [engineer] = await run(this.pools.general, personByEmail, [demoPeople[1].email]);
    if (engineer?.demo !== true) return null;
    const { secret } = await this.tokens.make(
      engineer.id,
      { name: 'command line', scopes: rolePermissions.engineer, days: 90 },
      by,
    );
    return secret;
  }
}
