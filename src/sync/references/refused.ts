import type { PoolClient } from 'pg';
import { LIFE } from '../../core/plan.js';
import { wokenAmong } from '../../database/sql/references.js';
import { run } from '../../database/sql/statement.js';
import type { RecordState } from '../lane/record-state.js';
import type { RunningPipeline } from '../running-pipeline.js';

/** A side does not know what a record points to, or knows of others that point to it. */
const MISSING = 'reference-missing';

/**
 * What a side has refused because of a reference is tried once more whenever something became of the record at its other end: it was
 * linked, deleted, restored, made anew, or it points here no more. Once for each such change, so that a side that goes on refusing is left
 * alone. After the receipts have been applied, for a refusal may have come in after the change that it waits for.
 *
 * @param looked records of which no write is on its way
 */
export async function tryRefusedAgain(
  client: PoolClient,
  pipeline: RunningPipeline,
  looked: readonly RecordState[],
): Promise<void> {
  const keys = [LIFE, ...pipeline.references.keys()];
  const refused = looked.filter(({ units }) => keys.some((key) => units.get(key)?.blocked?.code === MISSING));
  if (refused.length === 0) return;
  const woken = new Set(
    (await run(client, wokenAmong, [refused.map(({ linkId }) => linkId)])).map((row) => row.link_id),
  );
  for (const { linkId, units } of refused) {
    if (!woken.has(linkId)) continue;
    for (const key of keys) {
      const unit = units.get(key);
      if (unit?.blocked?.code === MISSING) units.set(key, { ...unit, blocked: null });
    }
  }
}
