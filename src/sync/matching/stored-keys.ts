import type { PoolClient } from 'pg';
import type { RecordState } from '../../connectors/connector.js';
import type { Side } from '../../core/clock.js';
import { copyIn, type CopyValue } from '../../database/copy-in.js';
import { deleteLoadRecords } from '../../database/sql/load/match.js';
import { run } from '../../database/sql/statement.js';
import { keyRules, matchKey } from '../match-keys.js';
import type { RunningPipeline } from '../running-pipeline.js';
import { storeProfiles } from './profiles.js';

/** Remembers by what records that are not linked are matched. They must not be remembered yet. */
export async function storeKeys(
  client: PoolClient,
  pipeline: RunningPipeline,
  side: Side,
  states: readonly RecordState[],
): Promise<void> {
  const rules = keyRules(pipeline);
  const rows: CopyValue[][] = [];
  for (const state of states) {
    let any = false;
    for (const rule of rules) {
      const key = matchKey(pipeline, side, rule, state.values);
      if (key === null) continue;
      any = true;
      rows.push([pipeline.id, side, state.id, rule.index, key]);
    }
    if (!any) rows.push([pipeline.id, side, state.id, -1, null]);
  }
  await copyIn(client, 'load_record (pipeline_id, side, ext_id, rule, match_key)', rows);
  await storeProfiles(client, pipeline, side, states);
}

/** The same for records that may be remembered from before: of what they have no more nothing is kept. */
export async function renewKeys(
  client: PoolClient,
  pipeline: RunningPipeline,
  side: Side,
  states: readonly RecordState[],
): Promise<void> {
  if (states.length === 0) return;
  await run(client, deleteLoadRecords, [pipeline.id, side, states.map(({ id }) => id)]);
  await storeKeys(client, pipeline, side, states);
}
