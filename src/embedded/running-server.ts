import { realpath, rm } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../common/errors.js';
import type { Cluster } from './cluster.js';
import { dataFolderOf } from './connection.js';
import { processExists, processesIn, readPostmasterPid, type PostmasterPid } from './postmaster-pid.js';

/** Recovery after a crash may replay some gigabytes before the server answers. */
export const patienceMs = 300_000;

/**
 * The server that runs on this data folder already, answering; undefined where none does. A `postmaster.pid` whose
 * process belongs to somebody else is removed, since PostgreSQL would take it for a living server.
 *
 * @throws AppError `embedded-start-failed` where a server runs but does not answer in time
 */
export async function findRunning(cluster: Cluster): Promise<PostmasterPid | undefined> {
  const deadline = Date.now() + patienceMs;
  while (Date.now() < deadline) {
    const written = await readPostmasterPid(cluster.data);
    if (written === undefined || !processExists(written.pid)) return undefined;
    if ((await dataFolderOf(written.port, cluster.password)) === (await realpath(cluster.data)))
      return written;
    if (!(await worksIn(written.pid, cluster.data))) {
      await waitUntilNoneRuns(cluster);
      await rm(join(cluster.data, 'postmaster.pid'), { force: true });
      return undefined;
    }
    // Ours, and starting, recovering or stopping.
    await sleep(50);
  }
  throw new AppError(
    'embedded-start-failed',
    `A server runs on ${cluster.data} but does not answer. See ${cluster.log}.`,
  );
}

async function worksIn(pid: number, data: string): Promise<boolean> {
  const processes = await processesIn(data);
  if (processes !== undefined) return processes.includes(pid);
  if (process.platform === 'win32') return false;
  try {
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).includes(
      'postgres',
    );
  } catch {
    return false;
  }
}

/**
 * Waits until no process works on the data folder: after `kill -9` of the server its children live on for a moment, and
 * nothing may be started or removed under them.
 *
 * @throws AppError `embedded-start-failed` where some remain
 */
export async function waitUntilNoneRuns(cluster: Cluster): Promise<void> {
  const deadline = Date.now() + 30_000;
  let left = await processesIn(cluster.data);
  while (left !== undefined && left.length > 0) {
    if (Date.now() > deadline) {
      throw new AppError(
        'embedded-start-failed',
        `Processes of a server that died still work on ${cluster.data}: ${left.join(', ')}. End them and start again.`,
      );
    }
    await sleep(20);
    left = await processesIn(cluster.data);
  }
}
