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
  const first = await goingFirst(client, rows, here);
  for (const { link_id, pipeline: name, standing } of rows) {
    const known = referrers.get(link_id)?.standing ?? [];
    referrers.set(link_id, {
      standing: standing > 0 ? [...known, { pipeline: name, count: standing }] : known,
      going: first.has(link_id),
    });
  }
  return referrers;
}

/**
 * The records that others, which are going themselves, go before. Of records that point to each other none can be the first: they go at
 * once, and a side that does not let them says so.
 */
async function goingFirst(
  client: PoolClient,
  rows: readonly ReferrersRow[],
  here: readonly number[],
): Promise<ReadonlySet<number>> {
  const before = new Map<number, number>();
  for (const { link_id, going } of rows)
    if (going > 0) before.set(link_id, (before.get(link_id) ?? 0) + going);
  if (before.size === 0) return new Set();
  const edges = (await run(client, readGoingReferences, [[...before.keys()], here])).map(
    ({ from_id, to_id }): Edge => [from_id, to_id],
  );
  const component = strongComponents(edges);
  for (const [from, to] of edges) {
    const waits = before.get(to);
    if (waits !== undefined && component.get(from) === component.get(to)) before.set(to, waits - 1);
  }
  return new Set([...before].filter(([, waits]) => waits > 0).map(([link]) => link));
}

function isGoing({ units }: RecordState): boolean {
  const life = units.get(LIFE);
  return life !== undefined && isGone(life);
}
