import { createHash } from 'node:crypto';
import type { ClientBase } from 'pg';
import type { Caller } from '../common/caller.js';
import type { Author } from '../core/unit.js';
import { stableStringify, type Json } from '../core/value.js';
import { appendAuditRow, lockAuditHead, type HashedRow } from './sql/access/audit.js';
import { run } from './sql/statement.js';

/** Who did something. `nobody`: a request before anybody was known. */
export interface AuditActor {
  readonly kind: 'person' | 'token' | 'command-line' | 'service' | 'nobody';
  /** `usr_…` or `tok_…`. */
  readonly id: string | null;
  /** The person's key in the database, also where a token acts for them. */
  readonly personId: string | null;
  readonly name: string;
  readonly address: string | null;
  readonly requestId: string | null;
}

/** What the service does by itself. */
export const ACCORD: AuditActor = {
  kind: 'service',
  id: null,
  personId: null,
  name: 'Accord',
  address: null,
  requestId: null,
};

export interface AuditEntry {
  readonly actor: AuditActor;
  /** What was done: `decision.made`. Stable: people filter by it. */
  readonly action: string;
  /** To what, by its public id or name. */
  readonly object: string | null;
  readonly pipeline: string | null;
  /** Before, after, reason. Never a secret. Values of records are named by their decision, not repeated here. */
  readonly detail: Readonly<Record<string, Json>>;
}

/** SHA-256 over the hash of the row before and the row's canonical form: a JSON array, so that no two rows have the same. */
export function auditHash(before: Buffer, row: HashedRow): Buffer {
  const canonical = JSON.stringify([
    row.seq,
    row.at,
    row.actor_kind,
    row.actor_id,
    row.actor_name,
    row.action,
    row.object,
    row.pipeline,
    row.detail,
    row.address,
    row.request_id,
  ]);
  return createHash('sha256').update(before).update(canonical).digest();
}

/**
 * Appends to the audit log, in the transaction of `client`: what is rolled back was not done and is not there. Whoever appends holds the
 * end of the chain until the transaction ends, so call it last.
 *
 * @param now hub time, ms
 */
export async function appendAudit(
  client: Pick<ClientBase, 'query'>,
  now: number,
  { actor, action, object, pipeline, detail }: AuditEntry,
): Promise<void> {
  const [head] = await run(client, lockAuditHead, []);
  if (head === undefined) throw new Error('the audit log has no head');
  const row: HashedRow = {
    seq: head.seq + 1,
    at: new Date(now).toISOString().replace('Z', '000Z'),
    actor_kind: actor.kind,
    actor_id: actor.id,
    actor_name: storable(actor.name),
    action,
    object: object === null ? null : storable(object),
    pipeline,
    detail: stableStringify(detail),
    address: actor.address,
    request_id: actor.requestId,
  };
  await run(client, appendAuditRow, [...(Object.values(row) as unknown[]), auditHash(head.hash, row)]);
}

export function actorOf({ kind, id, personId, name, address, requestId }: Caller): AuditActor {
  return { kind, id, personId, name, address, requestId };
}

/** Who did it, as registers and lineage name authors: a program with a token is no person. */
export function authorOf({ kind, name }: AuditActor): Author {
  return { kind: kind === 'person' ? 'person' : 'integration', name };
}

/** Text without what a database cannot hold: NUL, and halves of characters, which would not come back as they were hashed. */
function storable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD');
}
