import type { ClientBase } from 'pg';
import type { ChangePage, Merge } from '../../connectors/connector.js';
import { SIDES, type Side } from '../../core/clock.js';
import type { Json } from '../../core/value.js';
import { mergeRecord } from '../../database/merge-records.js';
import { forgetUnmatched, requeueQuestioned } from '../../database/sql/lane/links.js';
import { linkOf, lockLink, lockShadow } from '../../database/sql/review/links.js';
import { run } from '../../database/sql/statement.js';
import type { RunningPipeline } from '../running-pipeline.js';

type Client = Pick<ClientBase, 'query'>;

export function tellsMerges(pages: Readonly<Record<Side, ChangePage | null>>): boolean {
  return SIDES.some((side) => (pages[side]?.merges ?? []).length > 0);
}

/**
 * Records that a side has merged, before anything else of the page is understood: what the page then says of the loser, above all that it
 * is gone, concerns no link any more, and what it says of the winner concerns the link that has gone over to it.
 */
export async function carryMerges(
  client: Client,
  pipeline: RunningPipeline,
  pages: Readonly<Record<Side, ChangePage | null>>,
): Promise<void> {
  for (const side of SIDES)
    for (const merge of pages[side]?.merges ?? []) await carry(client, pipeline, side, merge);
}

async function carry(client: Client, pipeline: RunningPipeline, side: Side, merge: Merge): Promise<void> {
  if (merge.id === merge.into) return;
  const [known] = await run(client, linkOf, [pipeline.id, side, merge.id]);
  if (known === undefined) {
    // Nobody's counterpart: only what was remembered of it goes, and any question about it.
    for (const statement of [forgetUnmatched, requeueQuestioned])
      await run(client, statement, [pipeline.id, side, [merge.id]]);
    return;
  }
  await run(client, lockShadow, [known.id]);
  const [link] = await run(client, lockLink, [known.id]);
  // Ended by a person at this moment.
  if (link?.state !== 'live' && link?.state !== 'creating') return;
  const { label } = pipeline.ends[side];
  const actor = (merge.by ?? { kind: 'integration', name: label }) as unknown as Json;
  await mergeRecord(client, link, { side, into: merge.into, actor, teller: merge.by?.name ?? label });
}
