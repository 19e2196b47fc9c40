import { createHash, createSecretKey, type KeyObject } from 'node:crypto';
import { AppError } from '../../common/errors.js';

/** Never printed and never turned into JSON: a KeyObject shows nothing of itself. */
export interface MasterKey {
  /** Stands by what is encrypted under it. Tells nothing about the key. */
  readonly id: string;
  readonly key: KeyObject;
}

export function masterKey(bytes: Buffer): MasterKey {
  const id = createHash('sha256').update('accord master key\0').update(bytes).digest('hex').slice(0, 16);
  return { id, key: createSecretKey(bytes) };
}

/** The master keys of this process: the first encrypts, all decrypt. */
export class MasterKeys {
  readonly #keys: readonly MasterKey[];

  constructor(keys: readonly Buffer[]) {
    this.#keys = keys.map(masterKey);
  }

  /** `null` where there is none. */
  get current(): MasterKey | null {
    return this.#keys[0] ?? null;
  }

  get ids(): readonly string[] {
    return this.#keys.map(({ id }) => id);
  }

  find(id: string): MasterKey | null {
    return this.#keys.find((key) => key.id === id) ?? null;
  }

  /** @throws AppError `master-key-missing`, which says how to give one */
  toEncrypt(): MasterKey {
    if (this.current !== null) return this.current;
    throw new AppError(
      'master-key-missing',
      'Secrets are kept encrypted, and there is no master key. Set ACCORD_MASTER_KEY to 32 random bytes (openssl rand -base64 32) for every process of Accord, keep a copy of it outside of the database, and start again.',
    );
  }

  /**
   * @param what names what cannot be read without it
   * @throws AppError `master-key-missing`, `master-key-unknown`
   */
  toDecrypt(id: string, what: string): MasterKey {
    const known = this.find(id);
    if (known !== null) return known;
    const has = this.#keys.length === 0 ? 'no master key' : `the master key ${this.ids.join(', ')}`;
    throw new AppError(
      this.#keys.length === 0 ? 'master-key-missing' : 'master-key-unknown',
      `${what} cannot be read: it is encrypted under the master key ${id}, and this process has ${has}. Give that key too (ACCORD_MASTER_KEY may hold several, separated by commas), or set the secret again.`,
      { details: { masterKey: id } },
    );
  }
}
