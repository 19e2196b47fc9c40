import type { PoolClient } from 'pg';
import { otherSide, SIDES, type Side } from '../../core/clock.js';
import { addWaiting, forgetUnmatched } from '../../database/sql/lane/links.js';
import { linkedIds } from '../../database/sql/load/match.js';
import { lockKeys } from '../../database/sql/matching/orders.js';
import { closeQuestions, withdrawCandidates } from '../../database/sql/matching/questions.js';
import { run } from '../../database/sql/statement.js';
import type { NewLink } from '../new-links.js';
import type { RunningPipeline } from '../running-pipeline.js';
import { withdrawQuestions } from './questions.js';

/** A link that is about to be stored. */
export interface PlannedLink {
  readonly link: NewLink;
  /** The order of a person that it is made for. */
  readonly order: string | null;
  /** Exact rule → key of the record it is made from. */
  readonly keys: ReadonlyMap<number, string>;
}

/**
 * What is about to be made, without what somebody else has made or linked since it was looked at. From here to the end of the
 * transaction nobody makes anything under the same key.
 */
export async function stillMissing(
  client: PoolClient,
  pipeline: RunningPipeline,
  wanted: readonly PlannedLink[],
): Promise<readonly NewLink[]> {
  const making = wanted.filter(({ link }) => link.create !== null);
  if (making.length === 0) return wanted.map(({ link }) => link);
  const locks = making.flatMap(({ keys }) =>
    [...keys].map(([rule, key]) => `${String(pipeline.id)} ${String(rule)} ${key}`),
  );
  await run(client, lockKeys, [[...new Set(locks)].sort()]);
  const taken = new Set<NewLink>();
  for (const side of SIDES) {
    const own = making.filter(({ link }) => link.from === side);
    if (own.length === 0) continue;
    const ids = own.map(({ link }) => link.ids[side]);
    const rows = await run(client, linkedIds[side], [pipeline.id, ids]);
    const linked = new Set(rows.map((row) => row.ext_id));
    for (const { link } of own) if (linked.has(link.ids[side])) taken.add(link);
  }
  return wanted.map(({ link }) => link).filter((link) => !taken.has(link));
}

/** Whatever was remembered of records that are not linked, and every question about them. */
export async function forgetRecords(
  client: PoolClient,
  pipeline: RunningPipeline,
  side: Side,
  ids: readonly string[],
  why: string,
): Promise<void> {
  if (ids.length === 0) return;
  await run(client, forgetUnmatched, [pipeline.id, side, ids]);
  await withdrawRecords(client, pipeline, side, ids, why);
}

/** No question about them, nor any that they are candidates of; whoever has lost the last candidate is looked at anew. */
export async function withdrawRecords(
  client: PoolClient,
  pipeline: RunningPipeline,
  side: Side,
  ids: readonly string[],
  why: string,
): Promise<void> {
  if (ids.length === 0) return;
  await withdrawQuestions(client, pipeline, side, ids, why);
  const empty = await run(client, withdrawCandidates, [pipeline.id, side, ids, why]);
  if (empty.length === 0) return;
  await run(client, closeQuestions, [
    empty.map((row) => row.conflict_id),
    `the last that it resembled is none any more: ${why}`,
  ]);
  await run(client, addWaiting, [pipeline.id, otherSide(side), empty.map((row) => row.ext_id)]);
}
