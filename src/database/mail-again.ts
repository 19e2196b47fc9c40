import type { PoolClient } from 'pg';
import { publicId } from '../common/public-ids.js';
import { appendAudit, type AuditActor } from './audit.js';
import { forgetUndeliverable, sendAgain } from './sql/notify/undeliverable.js';
import { run } from './sql/statement.js';

/** What was refused longer ago is no news any more. */
const HOURS = 24;

/**
 * Takes an address for reachable again, and sends what it was not sent within a day. Nothing where it is taken for reachable. The last
 * statement of its transaction.
 *
 * @param now hub time, ms
 */
export async function mailAgain(
  client: PoolClient,
  { personId, email, by, now }: { personId: string; email: string; by: AuditActor; now: number },
): Promise<void> {
  const address = email.toLowerCase();
  const [known] = await run(client, forgetUndeliverable, [address]);
  if (known === undefined) return;
  const mails = await run(client, sendAgain, [address, HOURS]);
  await appendAudit(client, now, {
    actor: by,
    action: 'person.mail-again',
    object: publicId.person(personId),
    pipeline: null,
    detail: { mails: mails.length },
  });
}
