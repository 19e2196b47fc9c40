import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { Env } from '../../common/env.js';
import { AppError, messageOf } from '../../common/errors.js';
import { MASTER_KEY_EXPECTED, readMasterKeys } from '../../common/master-key.js';
import { MasterKeys } from './master-keys.js';

export type KeySettings = Pick<Env, 'ACCORD_MASTER_KEY' | 'ACCORD_DATA_DIR' | 'DATABASE_URL'>;

const FILE = 'master-key';
const HEAD =
  '# Master keys of Accord: the first encrypts, the others decrypt. Keep a copy of this file elsewhere.';

/**
 * Where the master keys are: in ACCORD_MASTER_KEY; else, beside the embedded server, in a file. The file is read anew each time, so that a
 * service that runs knows a key that `accord rotate-keys` has made meanwhile.
 */
@Injectable()
export class KeyStore {
  constructor(private readonly settings: KeySettings) {}

  /** The file; `null` with a database that is not ours: there is no place that all its processes share. */
  get file(): string | null {
    return this.settings.DATABASE_URL === undefined ? join(this.settings.ACCORD_DATA_DIR, FILE) : null;
  }

  /** The environment says which key encrypts, so nothing may be made here. */
  get isGiven(): boolean {
    return this.settings.ACCORD_MASTER_KEY !== undefined;
  }

  /** @throws AppError `secret-unreadable` where the file holds something else */
  keys(): MasterKeys {
    return new MasterKeys([...this.#given(), ...this.#kept()]);
  }

  /** Makes the first key beside the embedded server; nothing where there is one, or where it is not ours to make. */
  makeFirst(): void {
    if (this.file === null || this.isGiven || this.#kept().length > 0) return;
    mkdirSync(dirname(this.file), { recursive: true });
    const unfinished = writeNew(this.file, text([randomBytes(32)]));
    try {
      linkSync(unfinished, this.file);
    } catch (error) {
      // Another process was first.
      if ((error as { code?: string }).code !== 'EEXIST') throw error;
    } finally {
      unlinkSync(unfinished);
    }
    syncFolder(dirname(this.file));
  }

  /** A new key in front of those in the file. @throws AppError `master-key-missing` where keys are not kept in a file */
  addKey(): void {
    this.#replace([randomBytes(32), ...this.#kept()]);
  }

  /** Forgets all keys of the file but the first. To be called when nothing is encrypted under them any more. */
  keepFirst(): void {
    this.#replace(this.#kept().slice(0, 1));
  }

  #given(): readonly Buffer[] {
    const { ACCORD_MASTER_KEY: given } = this.settings;
    return given === undefined ? [] : (readMasterKeys(given) ?? []);
  }

  #kept(): readonly Buffer[] {
    if (this.file === null) return [];
    let written: string;
    try {
      written = readFileSync(this.file, 'utf8');
    } catch (error) {
      if ((error as { code?: string }).code === 'ENOENT') return [];
      throw new AppError('secret-unreadable', `The master key cannot be read: ${messageOf(error)}`, {
        cause: error,
      });
    }
    const keys = readMasterKeys(written);
    if (keys === null)
      throw new AppError(
        'secret-unreadable',
        `${this.file} holds no master key: expected ${MASTER_KEY_EXPECTED}. Put your copy of it there.`,
      );
    return keys;
  }

  /** All or nothing: whoever reads sees the file before or after. */
  #replace(keys: readonly Buffer[]): void {
    if (this.file === null) throw new AppError('master-key-missing', 'There is no file of master keys here.');
    renameSync(writeNew(this.file, text(keys)), this.file);
    syncFolder(dirname(this.file));
  }
}

function text(keys: readonly Buffer[]): string {
  return [HEAD, ...keys.map((key) => key.toString('base64')), ''].join('\n');
}

/** A name survives a crash only when its folder is on disk too. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Beside `file`, whole and on disk, for the owner's eyes only. */
function writeNew(file: string, content: string): string {
  const unfinished = `${file}.${randomBytes(6).toString('hex')}`;
  const handle = openSync(unfinished, 'wx', 0o600);
  try {
    writeSync(handle, content);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  return unfinished;
}
