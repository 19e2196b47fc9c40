import { spawnSync } from 'node:child_process';
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { AppError } from '../common/errors.js';
import type { ServerPrograms } from './server-programs.js';

/** The account that runs the server where we are root; PostgreSQL refuses to run as root. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** Where root keeps what another account must reach and cannot reach in place, e.g. for a checkout below /root. */
const sharedPlace = '/var/lib/accord';

/**
 * Chooses who runs the server: nobody else when we are not root; else the owner of an existing data folder, else the
 * account `postgres`, else `nobody`.
 *
 * @throws AppError `embedded-no-account`
 */
export function chooseAccount(dataFolder: string): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }));
  if (existsSync(dataFolder)) {
    const { uid, gid } = statSync(dataFolder);
    if (uid !== 0)
      return { name: accounts.find((account) => account.uid === uid)?.name ?? `uid ${uid}`, uid, gid };
  }
  const account = ['postgres', 'nobody'].flatMap((name) => accounts.filter((one) => one.name === name))[0];
  if (account === undefined || !canRun(account, '/bin/sh')) {
    throw new AppError(
      'embedded-no-account',
      'PostgreSQL refuses to run as root, and there is no account "postgres" or "nobody" to run it. ' +
        'Run as an ordinary user, or set DATABASE_URL.',
    );
  }
  return account;
}

function canRun(account: Account, file: string): boolean {
  const { uid, gid } = account;
  return spawnSync('/bin/sh', ['-c', '[ -x "$1" ]', 'sh', file], { uid, gid, cwd: '/' }).status === 0;
}

/** Programs that the account can run: those given, or a copy in a place that it can reach. */
export function reachablePrograms(programs: ServerPrograms, account: Account | undefined): ServerPrograms {
  if (account === undefined || canRun(account, join(programs.binDir, 'postgres'))) return programs;
  if (programs.movableRoot === undefined) {
    throw new AppError(
      'embedded-no-account',
      `The account "${account.name}" cannot run ${programs.binDir}/postgres. Allow it, or set DATABASE_URL.`,
    );
  }
  const { mtimeMs } = statSync(join(programs.binDir, 'postgres'));
  const copy = join(sharedPlace, `postgresql-${programs.major}-${Math.trunc(mtimeMs)}`);
  if (!existsSync(copy)) {
    const unfinished = `${copy}.${process.pid}`;
    mkdirSync(dirname(copy), { recursive: true, mode: 0o755 });
    cpSync(programs.movableRoot, unfinished, { recursive: true, verbatimSymlinks: true });
    try {
      renameSync(unfinished, copy);
    } catch (error) {
      rmSync(unfinished, { recursive: true });
      if (!existsSync(copy)) throw error;
    }
  }
  return { ...programs, binDir: join(copy, basename(programs.binDir)) };
}

/**
 * Makes a folder that the account owns and can reach.
 *
 * @param wanted where it should be; used when the account can reach its parent
 * @returns where it is
 */
export function ownedFolder(wanted: string, account: Account | undefined, id: string): string {
  if (account === undefined) {
    mkdirSync(wanted, { recursive: true, mode: 0o700 });
    return wanted;
  }
  mkdirSync(dirname(wanted), { recursive: true, mode: 0o755 });
  const place = canRun(account, dirname(wanted)) ? wanted : join(sharedPlace, id);
  mkdirSync(dirname(place), { recursive: true, mode: 0o755 });
  mkdirSync(place, { recursive: true, mode: 0o700 });
  chownSync(place, account.uid, account.gid);
  return place;
}
