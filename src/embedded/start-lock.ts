import { link, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../common/errors.js';
import { processExists } from './postmaster-pid.js';

/** Longer than any start or stop takes; a lock older than this was left by a process whose id is in use again. */
const staleAfterMs = 180_000;

/**
 * Runs `work` while no other process does so under the same lock file. A lock left by a process that died is taken over.
 *
 * @throws AppError `embedded-start-failed` when the lock is not to be had within its stale time
 */
export async function withLockFile<T>(file: string, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(file), { recursive: true });
  const deadline = Date.now() + staleAfterMs + 10_000;
  while (!(await take(file))) {
    if (Date.now() > deadline) {
      throw new AppError('embedded-start-failed', `Another process holds ${file} and does not let go of it.`);
    }
    await sleep(20);
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

async function take(file: string): Promise<boolean> {
  try {
    await writeFile(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const dead = await deadHolder(file);
  if (dead !== undefined) {
    const aside = `${file}.${process.pid}`;
    await rename(file, aside).catch(() => undefined);
    // Another process may have taken over meanwhile: then what was moved is its living lock, and goes back.
    if ((await readFile(aside, 'utf8').catch(() => dead)) !== dead)
      await link(aside, file).catch(() => undefined);
    await rm(aside, { force: true });
  }
  return false;
}

/** The content of a lock file whose holder is gone; undefined for a living one. */
async function deadHolder(file: string): Promise<string | undefined> {
  try {
    const [{ mtimeMs }, content] = [await stat(file), await readFile(file, 'utf8')];
    const age = Date.now() - mtimeMs;
    // An empty file is a lock between its creation and its content.
    const dead = age > staleAfterMs || (content === '' ? age > 1_000 : !processExists(Number(content)));
    return dead ? content : undefined;
  } catch {
    return undefined;
  }
}
