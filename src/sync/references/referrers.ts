import type { PoolClient } from 'pg';
import { isGone, type Referrers } from '../../core/life.js';
import { LIFE } from '../../core/plan.js';
import { strongComponents, type Edge } from '../../core/strong-components.js';
import {
  lockReferred,
  readGoingReferences,
  readReferrers,
  type ReferrersRow,
} from '../../database/sql/references.js';
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
  const here = records.filter(isGoing).map(({ linkId }) => linkId);
  const rows = await run(client, readReferrers, [pipeline.id, going.map(({ linkId }) => linkId), here]);
  const inRing = await pointingToEachOther(client, rows, here);
  for (const { link_id, pipeline: name, standing, going: leaving } of rows) {
    const known = referrers.get(link_id) ?? { standing: [], going: false };
    const count = standing + (inRing.has(link_id) ? leaving : 0);
    referrers.set(link_id, {
      standing: count > 0 ? [...known.standing, { pipeline: name, count }] : known.standing,
      going: known.going || (leaving > 0 && !inRing.has(link_id)),
    });
  }
  return referrers;
}

/**
 * Those of the records that point to one another, directly or through others that are going as well. None of them can go first, and none may
 * go before it is known of all the others that they go: each would wait for ever, so a person is asked.
 */
async function pointingToEachOther(
  client: PoolClient,
  rows: readonly ReferrersRow[],
  here: readonly number[],
): Promise<ReadonlySet<number>> {
  const waiting = rows.filter(({ going }) => going > 0).map(({ link_id }) => link_id);
  if (waiting.length === 0) return new Set();
  const edges = await run(client, readGoingReferences, [waiting, here]);
  const component = strongComponents(edges.map(({ from_id, to_id }): Edge => [from_id, to_id]));
  return new Set(
    edges.flatMap(({ from_id, to_id }) =>
      component.get(from_id) === component.get(to_id) ? [from_id, to_id] : [],
    ),
  );
}

function isGoing({ units }: RecordState): boolean {
  const life = units.get(LIFE);
  return life !== undefined && isGone(life);
}
