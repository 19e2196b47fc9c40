import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeAbandonedRuns, runPrefix } from './test-run.mjs';

/**
 * Loaded by Node itself, not by the transform of Jest. Makes the folder of this run; the database server in it starts
 * with the first spec that asks for a database, so that pure specs do not wait for one.
 */
export default async function globalSetup() {
  await removeAbandonedRuns();
  const folder = mkdtempSync(join(tmpdir(), `${runPrefix}${process.pid}-`));
  // The server runs as another account when we are root.
  chmodSync(folder, 0o755);
  process.env.ACCORD_TEST_RUN = folder;
  // For the processes that tests start, many of them to be killed a moment later.
  process.env.NODE_COMPILE_CACHE ??= join(folder, 'compile-cache');
}
