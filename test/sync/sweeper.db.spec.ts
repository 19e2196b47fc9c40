import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { segmentEntries } from '../../src/connectors/postgres/log-schema.js';
import type { PipelineSpec } from '../../src/core/pipeline/spec.js';
import { SyncPair } from '../support/sync-pair.js';

const spec: PipelineSpec = {
  apiVersion: 'accord/v1',
  kind: 'Pipeline',
  metadata: { name: 'swept' },
  connections: { a: { ref: 'a', object: 'public.t' }, b: { ref: 'b', object: 'public.t' } },
  match: [
    { id: 'by-key', by: ['key'], action: 'link' },
    { id: 'none', action: 'create' },
  ],
  fields: {
    key: { a: 'key', b: 'key', policy: { strategy: 'review' } },
    x: { a: 'x', b: 'x', policy: { strategy: 'review' } },
  },
  load: { accept: 'automatic' },
};
const table = 'create table t (id bigserial primary key, key text, x text);';

describe('cleaning up behind a pipeline', () => {
  let pair: SyncPair;
  beforeEach(async () => {
    pair = await SyncPair.open(
      { a: `${table} insert into t (key) select 'k' || i from generate_series(1, 50) i`, b: table },
      spec,
    );
    await pair.start({ sweepMs: 20 });
    await pair.quiet();
  });
  afterEach(() => pair.close());

  const log = async (side: 'a' | 'b') =>
    (
      await pair[side].query<{ name: string; floor: string }>(
        `select 'accord.log_' || relid as name, floor::text from accord.capture`,
      )
    ).rows[0];

  it('keeps the fence of a write whose end is not known', async () => {
    // Accord was cut off after COMMIT: the side knows that it was applied, the hub does not.
    const { rows } = await pair.hub.general.query<{ id: string }>(`select nextval('batch_id_seq') as id`);
    const id = rows[0]?.id;
    await pair.b.query(
      `insert into accord.applied (consumer, batch_id) select consumer, $1 from accord.applied limit 1`,
      [id],
    );
    await pair.hub.general.query(
      `insert into attempt_batch (id, pipeline_id, side, kind, state, items) values ($1, 1, 'B', 'update', 'sent', 1)`,
      [id],
    );
    await sleep(300);
    expect((await pair.b.query('select dead from accord.applied where batch_id = $1', [id])).rows).toEqual([
      { dead: false },
    ]);
    await pair.hub.general.query('delete from attempt_batch where id = $1', [id]);
  });

  it('keeps the fence of a dead write whose copy may still be on its way', async () => {
    const { rows } = await pair.hub.general.query<{ id: string }>(
      `select nextval('batch_id_seq') as id from generate_series(1, 2)`,
    );
    const [dead, open] = rows.map(({ id }) => id);
    await pair.b.query(
      `insert into accord.applied (consumer, batch_id, dead) select consumer, $1, true from accord.applied limit 1`,
      [dead],
    );
    await pair.hub.general.query(
      `insert into attempt_batch (id, pipeline_id, side, kind, state, items, settled_at)
       values ($1, 1, 'B', 'update', 'dead', 1, now()), ($2, 1, 'B', 'update', 'sent', 1, null)`,
      [dead, open],
    );
    await sleep(300);
    expect((await pair.b.query('select dead from accord.applied where batch_id = $1', [dead])).rows).toEqual([
      { dead: true },
    ]);
    await pair.hub.general.query('delete from attempt_batch where id = any($1)', [[dead, open]]);
  });

  it('goes on while there is always something to do', async () => {
    const { name = '' } = (await log('a')) ?? {};
    await pair.a.query(`select setval('${name}_seq', ${String(segmentEntries - 20)})`);
    let busy = true;
    const editing = (async () => {
      for (let n = 0; busy; n++) await pair.a.query('update t set x = $1', [String(n)]);
    })();
    let floor = 0;
    for (let look = 0; look < 200 && floor === 0; look++) {
      await sleep(50);
      floor = Number((await log('a'))?.floor);
    }
    busy = false;
    await editing;
    expect(floor).toBeGreaterThan(0);
    await pair.quiet();
  }, 60_000);
});
