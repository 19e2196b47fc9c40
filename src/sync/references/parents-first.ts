import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import { loadsUnderWay } from '../../database/sql/references.js';
import { run } from '../../database/sql/statement.js';
import type { RunningPipeline } from '../running-pipeline.js';

const LOOK_MS = 200;

/**
 * Records are made after those that they point to, where those are just being loaded: they are then written once, not twice. Not waited
 * for: a load that stands still (paused, in error, waiting for a person), and one that points back here, for one of the two has to begin.
 */
export async function parentsLoaded(
  pipeline: RunningPipeline,
  pool: Pool,
  signal: AbortSignal,
): Promise<void> {
  if (pipeline.references.size === 0) return;
  for (;;) {
    signal.throwIfAborted();
    const [row] = await run(pool, loadsUnderWay, [pipeline.id]);
    if (row?.under_way !== true) return;
    await sleep(LOOK_MS, undefined, { signal });
  }
}
