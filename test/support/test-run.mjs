import { existsSync, readFileSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Folders of test runs: `accord-test-<pid of the run>-<random>`. */
export const runPrefix = 'accord-test-';

export function exists(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Stops the servers that a test run left in its folder, and removes the folder. */
export async function removeRun(folder) {
  await killMariaDb(join(folder, 'mariadb', 'pid'));
  for (const name of readdirSync(folder)) {
    const link = join(folder, name, 'postgres');
    if (!existsSync(link)) continue;
    const home = realpathSync(link);
    const pidFile = join(home, 'data', 'postmaster.pid');
    const pid = existsSync(pidFile) ? Number(readFileSync(pidFile, 'utf8').split('\n')[0]) : 0;
    if (pid > 0 && exists(pid)) {
      // Immediate shutdown: the data is thrown away.
      process.kill(pid, 'SIGQUIT');
      for (let waited = 0; exists(pid) && waited < 10_000; waited += 20) await sleep(20);
    }
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** Nothing of it is kept, so it need not shut down. */
async function killMariaDb(pidFile) {
  const pid = existsSync(pidFile) ? Number(readFileSync(pidFile, 'utf8')) : 0;
  if (pid <= 0 || !exists(pid)) return;
  process.kill(pid, 'SIGKILL');
  for (let waited = 0; exists(pid) && waited < 10_000; waited += 20) await sleep(20);
}

/** Removes what runs that were killed have left. */
export async function removeAbandonedRuns() {
  for (const name of readdirSync(tmpdir())) {
    const pid = name.startsWith(runPrefix) ? Number(name.slice(runPrefix.length).split('-')[0]) : 0;
    if (pid > 0 && !exists(pid)) await removeRun(join(tmpdir(), name));
  }
}
