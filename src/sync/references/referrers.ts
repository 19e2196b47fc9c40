import type { PoolClient } from 'pg';
import { isGone, type Referrers } from '../../core/life.js';
import { LIFE } from '../../core/plan.js';
import { lockReferred, readReferrers } from '../../database/sql/references.js';
import { run } from '../../database/sql/statement.js';
import type { RecordState } from '../lane/record-state.js';
import type { RunningPipeline } from '../running-pipeline.js';

/**
 * Who points to the records that are about to be deleted on a side: the other side would refuse it, or take them along. Counted under a
 * lock, so that whoever stops pointing to one afterwards finds that it waits.
 *
 * @param ahead worked out before its turn, outside of the transaction that stores it
 * @returns `null`: it cannot be told ahead
 */
export async function referrersOf(
  client: PoolClient,
  pipeline: RunningPipeline,
  records: readonly RecordState[],
  ahead: boolean,
): Promise<ReadonlyMap<number, Referrers> | null> {
  const referrers = new Map<number, Referrers>();
  if (!pipeline.isReferredTo) return referrers;
  const going = records.filter(
    (record) => isGoing(record) && record.units.get(LIFE)?.head.value !== 'deleted',
  );
  if (going.length === 0) return referrers;
  if (ahead) return null;
  await run(client, lockReferred, [pipeline.id]);
  const rows = await run(client, readReferrers, [
    pipeline.id,
    going.map(({ linkId }) => linkId),
    records.filter(isGoing).map(({ linkId }) => linkId),
  ]);
  for (const { link_id, pipeline: name, standing, going: gone } of rows) {
    const known = referrers.get(link_id) ?? { standing: [], going: false };
    referrers.set(link_id, {
      standing: standing > 0 ? [...known.standing, { pipeline: name, count: standing }] : known.standing,
      going: known.going || gone > 0,
    });
  }
  return referrers;
}

function isGoing({ units }: RecordState): boolean {
  const life = units.get(LIFE);
  return life !== undefined && isGone(life);
}
