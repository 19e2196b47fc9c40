import { createCipheriv, createDecipheriv, randomBytes, type KeyObject } from 'node:crypto';
import { AppError } from '../../common/errors.js';
import type { MasterKey, MasterKeys } from './master-keys.js';

/**
 * A secret as it is stored. `sealed` is its text under a data key of its own; `dataKey` is that key under a master key. Both are
 * AES-256-GCM: 12 random bytes, what is encrypted, 16 bytes that prove it and what it is bound to.
 */
export interface SealedSecret {
  readonly id: string;
  readonly sealed: Buffer;
  readonly dataKey: Buffer;
  readonly masterKeyId: string;
}

const ALGORITHM = 'aes-256-gcm';
const NONCE = 12;
const TAG = 16;

/**
 * @param id of the row; the data key belongs to it and to no other
 * @param binding what the secret belongs to and where it may be sent: opened with anything else, it is refused
 */
export function seal(
  secret: string,
  { id, binding }: { readonly id: string; readonly binding: readonly string[] },
  master: MasterKey,
): SealedSecret {
  const dataKey = randomBytes(32);
  try {
    return {
      id,
      sealed: encrypt(dataKey, Buffer.from(secret, 'utf8'), bound('secret', [id, ...binding])),
      dataKey: encrypt(master.key, dataKey, keyBinding(id, master.id)),
      masterKeyId: master.id,
    };
  } finally {
    dataKey.fill(0);
  }
}

/**
 * @param what names it in a message
 * @throws AppError `master-key-missing`, `master-key-unknown`, `secret-unreadable`
 */
export function unseal(
  { id, sealed, dataKey, masterKeyId }: SealedSecret,
  { binding, what }: { readonly binding: readonly string[]; readonly what: string },
  keys: MasterKeys,
): string {
  const master = keys.toDecrypt(masterKeyId, what);
  const key = decrypt(master.key, dataKey, keyBinding(id, masterKeyId));
  const text = key === null ? null : decrypt(key, sealed, bound('secret', [id, ...binding]));
  key?.fill(0);
  if (text === null)
    throw new AppError(
      'secret-unreadable',
      `${what} cannot be read: it was changed in the database, or belongs to something else. Set it again.`,
    );
  return text.toString('utf8');
}

/**
 * The same secret under another master key; the secret itself is not opened.
 *
 * @throws AppError as `unseal`
 */
export function rewrap(secret: SealedSecret, what: string, keys: MasterKeys, to: MasterKey): SealedSecret {
  const from = keys.toDecrypt(secret.masterKeyId, what);
  const key = decrypt(from.key, secret.dataKey, keyBinding(secret.id, secret.masterKeyId));
  if (key === null)
    throw new AppError(
      'secret-unreadable',
      `${what} cannot be read: its key was changed in the database, or belongs to something else. Set it again.`,
    );
  try {
    return { ...secret, dataKey: encrypt(to.key, key, keyBinding(secret.id, to.id)), masterKeyId: to.id };
  } finally {
    key.fill(0);
  }
}

/** What is proved along with the ciphertext: JSON, so that no two lists are the same text. */
function bound(purpose: string, parts: readonly string[]): Buffer {
  return Buffer.from(JSON.stringify(['accord', 1, purpose, ...parts]), 'utf8');
}

function keyBinding(id: string, masterKeyId: string): Buffer {
  return bound('data key', [id, masterKeyId]);
}

function encrypt(key: KeyObject | Buffer, plain: Buffer, proved: Buffer): Buffer {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG }).setAAD(proved);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** `null` when it was not encrypted under this key and bound to this. */
function decrypt(key: KeyObject | Buffer, stored: Buffer, proved: Buffer): Buffer | null {
  if (stored.length < NONCE + TAG) return null;
  const decipher = createDecipheriv(ALGORITHM, key, stored.subarray(0, NONCE), { authTagLength: TAG })
    .setAAD(proved)
    .setAuthTag(stored.subarray(stored.length - TAG));
  const opened = decipher.update(stored.subarray(NONCE, stored.length - TAG));
  try {
    return Buffer.concat([opened, decipher.final()]);
  } catch {
    return null;
  }
}
