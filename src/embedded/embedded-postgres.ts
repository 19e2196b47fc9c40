import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { AppError } from '../common/errors.js';
import { configure, openCluster, type Cluster } from './cluster.js';
import { connectionUrl, ensureDatabase } from './connection.js';
import { processExists } from './postmaster-pid.js';
import { runProgram } from './run-program.js';
import { findRunning, patienceMs, waitUntilNoneRuns } from './running-server.js';
import { program } from './server-programs.js';
import { defaultSettings, type ServerSettings } from './settings.js';
import { withLockFile } from './start-lock.js';

export interface EmbeddedPostgresOptions {
  /** The folder that holds everything of the server. Made where it does not exist. */
  readonly dataDir: string;
  /** A folder with PostgreSQL's programs, instead of those that come with the npm package. */
  readonly binDir?: string | undefined;
  /** Settings on top of `defaultSettings()`; they take effect when the server is started, not when it is adopted. */
  readonly settings?: ServerSettings;
  /** Called when the server's own start-up begins, if it has to be started: from then on it is waited for. */
  readonly onStarting?: (() => void) | undefined;
}

/** How to stop: wait for clients to leave, break their transactions off, or stop without a checkpoint. */
export type StopMode = 'smart' | 'fast' | 'immediate';

export interface EmbeddedPostgres {
  /** Address of Accord's own database. The user is a superuser, so further databases can be made beside it. */
  readonly url: string;
  readonly port: number;
  /** True where the server was running already: after a crash of ours, or because another process uses it. */
  readonly adopted: boolean;
  /** True where this call made the data folder. */
  readonly created: boolean;
  readonly logFile: string;
  /**
   * Lets go of the server and stops it unless another living process uses it. Safe to call twice, and when the server
   * has died.
   *
   * @throws AppError `embedded-stop-failed`
   */
  stop(mode?: StopMode): Promise<'stopped' | 'in-use'>;
}

let handles = 0;

/**
 * Starts PostgreSQL on a folder, on a free port of 127.0.0.1, or adopts the server that runs there already. It goes on
 * running when this process dies. Safe to call from several processes at once: one starts it, the others adopt it.
 *
 * @throws AppError `embedded-no-binaries`, `embedded-no-account`, `embedded-data-foreign`, `embedded-start-failed`
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dataDir = resolve(options.dataDir);
  const settings = { ...defaultSettings(), ...options.settings };
  const user = join(dataDir, 'users', `${process.pid}-${++handles}`);

  return withLockFile(join(dataDir, 'start.lock'), async () => {
    const cluster = await openCluster(dataDir, options.binDir, settings.fsync === false);
    const running = await findRunning(cluster);
    const port = running?.port ?? (await start(cluster, settings, join(dataDir, 'port'), options.onStarting));
    await ensureDatabase(port, cluster.password);
    await mkdir(join(dataDir, 'users'), { recursive: true });
    await writeFile(user, '');
    return {
      url: connectionUrl(port, cluster.password),
      port,
      adopted: running !== undefined,
      created: cluster.created,
      logFile: cluster.log,
      stop: (mode = 'fast') =>
        withLockFile(join(dataDir, 'start.lock'), async () => {
          await rm(user, { force: true });
          if (await isInUse(join(dataDir, 'users'))) return 'in-use';
          await stop(cluster, mode);
          return 'stopped';
        }),
    };
  });
}

async function isInUse(users: string): Promise<boolean> {
  const names = await readdir(users).catch(() => []);
  return names.some((name) => processExists(Number.parseInt(name, 10)));
}

async function start(
  cluster: Cluster,
  settings: ServerSettings,
  portFile: string,
  onStarting: (() => void) | undefined,
): Promise<number> {
  await waitUntilNoneRuns(cluster);
  await configure(cluster, settings);
  const size = await stat(cluster.log).then(
    ({ size }) => size,
    () => 0,
  );
  if (size > 10_000_000) await rename(cluster.log, `${cluster.log}.1`);

  let wanted = Number(await readFile(portFile, 'utf8').catch(() => 0));
  for (let attempt = 1; ; attempt++) {
    const port = await freePort(wanted);
    const logged = await stat(cluster.log).then(
      ({ size }) => size,
      () => 0,
    );
    const starting = runProgram(
      program(cluster.programs, 'pg_ctl'),
      [
        ...['start', '--pgdata', cluster.data, '--log', cluster.log, '--options', `-p ${port}`],
        ...['--wait', '--timeout', String(patienceMs / 1000), '--silent'],
      ],
      { account: cluster.account, cwd: cluster.data, capture: false },
    );
    onStarting?.();
    const { code } = await starting;
    if (code === 0) {
      await writeFile(portFile, String(port));
      return port;
    }
    const said = (await readFile(cluster.log).catch(() => Buffer.alloc(0)))
      .subarray(logged)
      .toString('utf8')
      .trim();
    // Somebody took the port between our look and the server's.
    const portTaken = /could not (bind|create any TCP)/.test(said);
    if (!portTaken || attempt === 5) {
      throw new AppError(
        'embedded-start-failed',
        `PostgreSQL did not start: ${said || 'it said nothing'} (${cluster.log})`,
      );
    }
    wanted = 0;
  }
}

/** The wanted port if it is free, else one that the system chooses. */
async function freePort(wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) => (wanted === 0 ? reject(error) : resolve(freePort(0))));
    server.listen({ port: wanted, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

async function stop(cluster: Cluster, mode: StopMode): Promise<void> {
  if ((await findRunning(cluster)) === undefined) return;
  const { code, output } = await runProgram(
    program(cluster.programs, 'pg_ctl'),
    ['stop', '--pgdata', cluster.data, '--mode', mode, '--wait', '--timeout', '120', '--silent'],
    { account: cluster.account, cwd: cluster.data },
  );
  if (code !== 0 && (await findRunning(cluster)) !== undefined) {
    throw new AppError('embedded-stop-failed', `PostgreSQL did not stop: ${output} (${cluster.log})`);
  }
}
