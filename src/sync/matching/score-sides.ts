import type { PoolClient } from 'pg';
import { assign } from '../../core/matching/assign.js';
import { score } from '../../core/matching/score.js';
import type { ScoredRule } from '../../core/matching/scored-rule.js';
import { copyIn, type CopyValue } from '../../database/copy-in.js';
import type { HubPools } from '../../database/pools.js';
import {
  collectPairs,
  collectSharedKeys,
  commonKeys,
  comparedPairs,
  contestedPairs,
  linkChosen,
  linkUncontested,
  wholeSides,
  type ComparedRow,
} from '../../database/sql/matching/candidates.js';
import { run } from '../../database/sql/statement.js';
import { inTransaction } from '../../database/transaction.js';
import type { AssertOurs } from '../our-transaction.js';
import type { RunningPipeline } from '../running-pipeline.js';
import { readProfile } from './profiles.js';

/**
 * A key is left out when it would make more pairs than this: 70 records of one side with 70 of the other. So many pairs at most come
 * from a key, however large the sides are, and what comes from all keys grows as their number does.
 */
export const MOST_PAIRS_OF_A_KEY = 5000;
const NAMED_KEYS = 20;
const PAGE = 5000;

export interface LeftOutKey {
  readonly rule: string;
  readonly key: string;
  readonly a: number;
  readonly b: number;
}

/**
 * Finds out which records of the two sides are alike by a rule that scores, and links those of which it is certain. One pass over the
 * pairs that share a key, a page of them in memory at a time; besides, the ids of pairs that have rivals.
 * @returns the keys that were too common to compare all who have them
 */
export async function scoreSides(
  pipeline: RunningPipeline,
  pools: HubPools,
  assertOurs: AssertOurs,
  signal: AbortSignal,
  rule: ScoredRule,
): Promise<readonly LeftOutKey[]> {
  return inTransaction(pools.general, async (client) => {
    await client.query(wholeSides);
    await client.query(collectSharedKeys(pipeline.id, rule.index));
    const { rows: common } = await client.query<Omit<LeftOutKey, 'rule'>>(commonKeys, [
      MOST_PAIRS_OF_A_KEY,
      NAMED_KEYS,
    ]);
    await client.query(collectPairs(pipeline.id, rule.index, MOST_PAIRS_OF_A_KEY));
    await client.query(comparedPairs(pipeline.id, rule.index));
    for (;;) {
      signal.throwIfAborted();
      const { rows } = await client.query<ComparedRow>(`fetch ${String(PAGE)} from compared`);
      if (rows.length === 0) break;
      await storeAlike(client, pipeline, rule, rows);
    }
    await client.query('analyze match_pair');
    await run(client, linkUncontested, [pipeline.id, rule.index, rule.auto]);
    const contested = await run(client, contestedPairs, [pipeline.id, rule.index]);
    const { links } = assign(
      rule,
      contested.map(({ a_id, b_id, points }) => ({ a: a_id, b: b_id, points })),
    );
    await run(client, linkChosen, [
      pipeline.id,
      rule.index,
      links.map(({ a }) => a),
      links.map(({ b }) => b),
    ]);
    // Only now: whoever asserts holds the lease until the end, and this takes longer than a lease lasts.
    await assertOurs(client);
    return common.map((one) => ({ rule: rule.id, ...one, key: one.key.replace(/^\d+\|/, '') }));
  });
}

async function storeAlike(
  client: PoolClient,
  pipeline: RunningPipeline,
  rule: ScoredRule,
  rows: readonly ComparedRow[],
): Promise<void> {
  const alike: CopyValue[][] = [];
  for (const row of rows) {
    const { points, parts } = score(rule, readProfile(row.a), readProfile(row.b));
    if (points < rule.review) continue;
    const stored = parts.map((part) => part && [round(part.likeness), round(part.points)]);
    alike.push([pipeline.id, row.a_id, row.b_id, rule.index, points, JSON.stringify(stored)]);
  }
  if (alike.length > 0)
    await copyIn(client, 'match_pair (pipeline_id, a_id, b_id, rule, points, parts)', alike);
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
