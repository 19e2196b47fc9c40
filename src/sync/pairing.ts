import type { ClientBase } from 'pg';
import type { RecordState } from '../connectors/connector.js';
import { otherSide, SIDES, type Side } from '../core/clock.js';
import { takesPart } from '../core/archive.js';
import { addWaiting, forgetUnmatched, requeueQuestioned } from '../database/sql/lane/links.js';
import { run } from '../database/sql/statement.js';
import { linkBothSides, type NewLink } from './new-links.js';
import type { RunningPipeline } from './running-pipeline.js';

export interface Paired {
  readonly links: readonly NewLink[];
  /** Ids of records that were deleted, or left the scope, between being matched and being linked. */
  readonly gone: Readonly<Record<Side, readonly string[]>>;
  /** Ids of their counterparts, which are still there and now have none. */
  readonly left: Readonly<Record<Side, readonly string[]>>;
}

/** Links for pairs of records as they stand now. */
export function pairUp(
  pipeline: RunningPipeline,
  pairs: readonly Readonly<Record<Side, string>>[],
  states: Readonly<Record<Side, ReadonlyMap<string, RecordState>>>,
): Paired {
  const links: NewLink[] = [];
  const gone: Record<Side, string[]> = { A: [], B: [] };
  const left: Record<Side, string[]> = { A: [], B: [] };
  const inScope = (side: Side, id: string): RecordState | undefined => {
    const state = states[side].get(id);
    return state !== undefined && takesPart(pipeline.plan, side, state.values) ? state : undefined;
  };
  for (const pair of pairs) {
    const a = inScope('A', pair.A);
    const b = inScope('B', pair.B);
    if (a !== undefined && b !== undefined) links.push(linkBothSides(pipeline, a, b));
    for (const side of SIDES) {
      if ((side === 'A' ? a : b) !== undefined) continue;
      gone[side].push(pair[side]);
      const other = otherSide(side);
      if ((other === 'A' ? a : b) !== undefined) left[other].push(pair[other]);
    }
  }
  return { links, gone, left };
}

/** Whoever has lost the counterpart waits to be settled like any newcomer. In the transaction that stores the links. */
export async function storeHalves(
  client: Pick<ClientBase, 'query'>,
  pipeline: RunningPipeline,
  { gone, left }: Paired,
): Promise<void> {
  for (const side of SIDES) {
    if (gone[side].length > 0)
      for (const statement of [forgetUnmatched, requeueQuestioned])
        await run(client, statement, [pipeline.id, side, gone[side]]);
    if (left[side].length > 0) await run(client, addWaiting, [pipeline.id, side, left[side]]);
  }
}
