import { randomBytes } from 'node:crypto';
import {
  appendFile,
  chmod,
  chown,
  readFile,
  realpath,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../common/errors.js';
import { type Account, chooseAccount, ownedFolder, reachablePrograms } from './account.js';
import { runProgram } from './run-program.js';
import { findServerPrograms, program, type ServerPrograms } from './server-programs.js';
import { configurationText, type ServerSettings } from './settings.js';

/** The superuser of the embedded server, and the name of Accord's own database. */
export const superuser = 'accord';

/** A data folder that a server can be started on, and the programs and the account that fit it. */
export interface Cluster {
  /** PostgreSQL's data folder, as a real path: the current folder of its processes. */
  readonly data: string;
  readonly log: string;
  readonly password: string;
  readonly programs: ServerPrograms;
  readonly account: Account | undefined;
  /** True when this call made it. */
  readonly created: boolean;
}

/**
 * Opens the data folder below `dataDir`, or makes one: `postgres/data` with PostgreSQL's files, `postgres/server.log`,
 * and `password`. Call under the start lock.
 *
 * @throws AppError `embedded-no-binaries`, `embedded-no-account`, `embedded-data-foreign`, `embedded-start-failed`
 */
export async function openCluster(
  dataDir: string,
  binDir: string | undefined,
  quick: boolean,
): Promise<Cluster> {
  const link = join(dataDir, 'postgres');
  const version = await readFile(join(link, 'data', 'PG_VERSION'), 'utf8').catch(() => undefined);
  const found = await findServerPrograms(
    binDir,
    version === undefined ? undefined : Number.parseInt(version, 10),
  );
  const account = chooseAccount(join(link, 'data'));
  const programs = reachablePrograms(found, account);
  const passwordFile = join(dataDir, 'password');

  if (version !== undefined) {
    const password = await readFile(passwordFile, 'utf8').catch((cause: unknown) => {
      const words = `${passwordFile} is missing or not ours to read; it belongs to the data beside it. Put it back or remove ${dataDir}.`;
      throw new AppError('embedded-data-foreign', words, { cause });
    });
    const home = await realpath(link);
    return {
      data: join(home, 'data'),
      log: join(home, 'server.log'),
      password,
      programs,
      account,
      created: false,
    };
  }

  const password = randomBytes(24).toString('base64url');
  const home = ownedFolder(link, account, `cluster-${randomBytes(6).toString('hex')}`);
  if (home !== link) {
    await rm(link, { force: true });
    await symlink(home, link);
  }
  await writeFile(passwordFile, password, { mode: 0o600 });
  await initialise(await realpath(home), { password, programs, account, quick });
  const real = await realpath(link);
  return {
    data: join(real, 'data'),
    log: join(real, 'server.log'),
    password,
    programs,
    account,
    created: true,
  };
}

async function initialise(
  home: string,
  options: { password: string; programs: ServerPrograms; account: Account | undefined; quick: boolean },
): Promise<void> {
  const { password, programs, account, quick } = options;
  // Renamed into place when complete, so that a start that is killed here leaves nothing that looks like data.
  const unfinished = join(home, 'data.unfinished');
  await rm(unfinished, { recursive: true, force: true });
  const passwordFile = join(home, 'initial-password');
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (account !== undefined) await chown(passwordFile, account.uid, account.gid);

  const locale = programs.major >= 17 ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8'] : [];
  const { code, output } = await runProgram(
    program(programs, 'initdb'),
    [
      ...['--pgdata', unfinished, '--username', superuser, '--pwfile', passwordFile],
      ...['--auth', 'scram-sha-256', '--encoding', 'UTF8', '--no-locale', ...locale, '--no-instructions'],
      ...(quick ? ['--no-sync'] : []),
    ],
    { account, cwd: home },
  ).catch((cause: unknown) => {
    throw new AppError('embedded-start-failed', `initdb could not be run: ${String(cause)}`, { cause });
  });
  await rm(passwordFile, { force: true });
  if (code !== 0)
    throw new AppError('embedded-start-failed', `initdb failed: ${output}`, { details: { home } });
  await appendFile(join(unfinished, 'postgresql.conf'), "\ninclude_if_exists = 'accord.conf'\n");
  await rename(unfinished, join(home, 'data'));
}

/** Writes the server's settings; what this build of PostgreSQL does not know (lz4 is a build option) is left out. */
export async function configure(cluster: Cluster, settings: ServerSettings): Promise<void> {
  const { data, programs, account } = cluster;
  const file = join(data, 'accord.conf');
  const known = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== 'lz4'));
  const before = await readFile(file, 'utf8').catch(() => null);
  const write = async (kept: ServerSettings): Promise<void> => {
    await writeFile(file, configurationText(kept), { mode: 0o600 });
    await chmod(file, 0o600);
    if (account !== undefined) await chown(file, account.uid, account.gid);
  };
  // Left out by an earlier start: asking the server again would take as long as a good part of its start.
  if (before !== null && !before.includes('lz4')) return write(known);
  await write(settings);
  const postgres = program(programs, 'postgres');
  const check = await runProgram(postgres, ['-D', data, '-C', 'data_directory'], { account, cwd: data });
  if (check.code === 0) return;
  await write(known);
}
