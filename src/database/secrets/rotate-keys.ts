import type { Pool } from 'pg';
import { AppError } from '../../common/errors.js';
import { failpoint } from '../../common/failpoint.js';
import { appendAudit, type AuditActor } from '../audit.js';
import {
  holdMasterKeys,
  masterKeyUse,
  rewrapSecret,
  secretsUnderOtherKeys,
} from '../sql/connections/master-keys.js';
import { run } from '../sql/statement.js';
import { inTransaction } from '../transaction.js';
import { rewrap } from './envelope.js';
import type { KeyStore } from './key-store.js';
import type { MasterKey } from './master-keys.js';

export interface Rotation {
  /** The master key under which every secret that could be read is now. */
  readonly to: string;
  /** A new key was made; otherwise one that was there already is taken. */
  readonly madeKey: boolean;
  /** Secrets that were under other keys, by those keys' ids. */
  readonly rewrapped: Readonly<Record<string, number>>;
  /** Secrets that stay as they are, each with why: their key is not there, or they were tampered with. */
  readonly unreadable: readonly { readonly connection: string; readonly why: string }[];
  /** Keys that nothing needs any more: forgotten where a file keeps them, to be taken out of ACCORD_MASTER_KEY by hand. */
  readonly free: readonly string[];
}

const PAGE = 100;
const FIRST = '00000000-0000-0000-0000-000000000000';

/**
 * Puts every data key under the present master key; the secrets themselves are not opened. Beside the embedded server a new master key is
 * made first, unless an earlier run was cut off: then that one is brought to its end. Each page is a transaction of its own, so that it
 * can be killed at any point and started again; services go on meanwhile, for both keys are there until nothing needs the old one.
 *
 * @throws AppError `master-key-missing`
 */
export async function rotateKeys(
  pool: Pool,
  store: KeyStore,
  actor: AuditActor,
  now: () => number,
): Promise<Rotation> {
  const madeKey = await prepare(pool, store);
  const to = store.keys().toEncrypt();
  await failpoint('keys.prepared');
  const rewrapped: Record<string, number> = {};
  const unreadable: { connection: string; why: string }[] = [];
  for (let after: string | null = FIRST; after !== null;) {
    after = await onePage(pool, store, to, after, rewrapped, unreadable);
    await failpoint('keys.page');
  }
  const free = await giveUp(pool, store, to, actor, now, {
    madeKey,
    rewrapped,
    unreadable: unreadable.length,
  });
  return { to: to.id, madeKey, rewrapped, unreadable, free };
}

/** @returns whether a new key was made */
async function prepare(pool: Pool, store: KeyStore): Promise<boolean> {
  if (store.isGiven || store.file === null) return false;
  return inTransaction(pool, async (client) => {
    await run(client, holdMasterKeys, []);
    const current = store.keys().current?.id;
    const uses = await run(client, masterKeyUse, []);
    // An earlier run made a key and did not come to its end.
    const begun = store.keys().ids.length > 1 && uses.some(({ master_key_id }) => master_key_id !== current);
    if (!begun) store.addKey();
    return !begun;
  });
}

/** @returns after which secret to go on; `null` at the end */
async function onePage(
  pool: Pool,
  store: KeyStore,
  to: MasterKey,
  after: string,
  rewrapped: Record<string, number>,
  unreadable: { connection: string; why: string }[],
): Promise<string | null> {
  return inTransaction(pool, async (client) => {
    const rows = await run(client, secretsUnderOtherKeys, [to.id, after, PAGE]);
    const keys = store.keys();
    for (const { id, sealed, data_key, master_key_id, connection } of rows) {
      try {
        const secret = { id, sealed, dataKey: data_key, masterKeyId: master_key_id };
        const anew = rewrap(secret, `The password of connection "${connection}"`, keys, to);
        await run(client, rewrapSecret, [id, anew.dataKey, anew.masterKeyId]);
        rewrapped[master_key_id] = (rewrapped[master_key_id] ?? 0) + 1;
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        unreadable.push({ connection, why: error.message });
      }
    }
    return rows.length < PAGE ? null : (rows.at(-1)?.id ?? null);
  });
}

/** Keys that nothing is encrypted under, nor about to be: whoever encrypts holds the same row. */
async function giveUp(
  pool: Pool,
  store: KeyStore,
  to: MasterKey,
  actor: AuditActor,
  now: () => number,
  {
    madeKey,
    rewrapped,
    unreadable,
  }: { madeKey: boolean; rewrapped: Record<string, number>; unreadable: number },
): Promise<readonly string[]> {
  return inTransaction(pool, async (client) => {
    await run(client, holdMasterKeys, []);
    const used = new Set((await run(client, masterKeyUse, [])).map(({ master_key_id }) => master_key_id));
    const free = store.keys().ids.filter((id) => id !== to.id && !used.has(id));
    const done = [...used].every((id) => id === to.id);
    await appendAudit(client, now(), {
      actor,
      action: 'keys.rotated',
      object: to.id,
      pipeline: null,
      detail: { newKey: madeKey, rewrapped, unreadable, free: [...free] },
    });
    // Last of all: what follows is a file that cannot be rolled back, and an older key too many does no harm.
    if (done && !store.isGiven && store.file !== null && free.length > 0) store.keepFirst();
    return free;
  });
}
