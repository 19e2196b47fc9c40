import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Clock } from '../../src/common/clock.js';
import { ConnectionCatalog } from '../../src/connectors/connection-catalog.js';
import type { Connection } from '../../src/connectors/connector.js';
import { MemoryConnector } from '../../src/connectors/memory/connector.js';
import { MemoryObject } from '../../src/connectors/memory/object.js';
import { MemorySystem } from '../../src/connectors/memory/system.js';
import { DATABASE } from '../../src/connectors/memory/traits.js';
import type { PipelineSpec } from '../../src/core/pipeline/spec.js';
import { HubPools } from '../../src/database/pools.js';
import { FirstLoad } from '../../src/sync/first-load.js';
import { PipelineOpener } from '../../src/sync/open-pipeline.js';
import { PipelineWorker } from '../../src/sync/pipeline-worker.js';
import { Revisions } from '../../src/sync/revisions.js';
import { migratedDatabase, type TestDatabase } from '../support/test-database.js';

const OBJECT = 'people';

class MemoryCatalog extends ConnectionCatalog {
  constructor(private readonly connections: ReadonlyMap<string, Connection>) {
    super();
  }
  override get(name: string): Promise<Connection> {
    return Promise.resolve(this.connections.get(name) as Connection);
  }
}

const spec: PipelineSpec = {
  apiVersion: 'accord/v1',
  kind: 'Pipeline',
  metadata: { name: 'merging' },
  connections: { a: { ref: 'a', object: OBJECT }, b: { ref: 'b', object: OBJECT } },
  match: [
    { id: 'by-name', by: ['name'], action: 'link' },
    { id: 'none', action: 'create' },
  ],
  fields: {
    name: { a: 'name', b: 'name', policy: { strategy: 'review' } },
    city: { a: 'city', b: 'city', policy: { strategy: 'review' } },
  },
  deletes: { aDeleted: 'delete', bDeleted: 'delete' },
  load: { accept: 'automatic' },
};

describe('records that a side has merged, and says so', () => {
  let database: TestDatabase;
  let hub: HubPools;
  let worker: PipelineWorker;
  const clock = new Clock();
  const object = (): MemoryObject =>
    new MemoryObject(OBJECT, new MemorySystem(DATABASE), { name: 'text', city: 'text' }, () => clock.now());
  const sides = { a: object(), b: object() };
  const crm = sides.a.system;

  beforeAll(async () => {
    database = await migratedDatabase();
    hub = new HubPools(database.url, { lane: 2, general: 4 });
    await hub.general.query(`insert into pipeline (name, state) values ('merging', 'new')`);
    const connections = new Map<string, Connection>();
    for (const side of ['a', 'b'] as const) {
      await hub.general.query(
        `insert into side_state (pipeline_id, side, label, connector, object) values (1, $1, $2, 'memory', $3)`,
        [side.toUpperCase(), side === 'a' ? 'CRM' : 'Support', OBJECT],
      );
      const config = { name: side, label: side, url: 'memory:', tls: null, clientName: 'accord' };
      connections.set(side, await new MemoryConnector(new Map([[OBJECT, sides[side]]])).open(config));
    }
    const opener = new PipelineOpener(
      new Map([[1, { spec, file: 'test.yaml', text: JSON.stringify(spec), hash: 'test' }]]),
      new MemoryCatalog(connections),
      new Revisions(hub, clock),
      hub,
      clock,
    );
    const pipeline = await opener.open(1);
    const ours = () => Promise.resolve();
    worker = new PipelineWorker(pipeline, hub, clock, ours);
    for (const name of ['ann', 'bob', 'cid', 'dan']) crm.insert(name, { name, city: 'Bern' }, clock.now());
    const load = new FirstLoad(pipeline, hub, ours, clock, new AbortController().signal, () => undefined);
    await load.advance('new');
    await worker.load();
    worker.adopt(load.receipts);
    await settled();
    await load.finish();
  }, 60_000);
  afterAll(async () => {
    await worker.finish();
    await hub.close();
    await database.drop();
  });

  const settled = async () => {
    for (let quiet = 0; quiet < 3;)
      quiet = (await worker.cycle()) || (await worker.hasWork()) ? 0 : quiet + 1;
  };
  const links = async () =>
    (
      await hub.general.query<{ a_id: string; b_id: string; state: string }>(
        'select a_id, b_id, state from link order by id',
      )
    ).rows;
  const counterpart = async (id: string) => (await links()).find((link) => link.a_id === id)?.b_id ?? '';
  const standing = (id: string) => {
    const now = sides.b.system.standing(id);
    return now?.alive === true ? now.values : null;
  };

  it('hand the link over to the record that stays, whose values are edits; nothing is deleted', async () => {
    const b = await counterpart('ann');
    crm.insert('anna', { name: 'ann', city: 'Genf' }, clock.now());
    crm.merge('ann', 'anna', { name: 'Anna' }, clock.now(), { kind: 'person', name: 'dana' });
    await settled();
    expect(standing(b)).toEqual({ name: 'Anna', city: 'Genf' });
    expect((await links()).filter((link) => link.b_id === b)).toEqual([
      { a_id: 'anna', b_id: b, state: 'live' },
    ]);
    const { rows } = await hub.general.query(`select side, ext_id from link_alias where ext_id = 'ann'`);
    expect(rows).toEqual([{ side: 'A', ext_id: 'ann' }]);
    crm.edit('anna', { city: 'Biel' }, clock.now());
    await settled();
    expect(standing(b)).toEqual({ name: 'Anna', city: 'Biel' });
  }, 30_000);

  it('end the link of the one where both had one; its record on the other side stays', async () => {
    const [b, c] = [await counterpart('bob'), await counterpart('cid')];
    crm.merge('bob', 'cid', { city: 'Chur' }, clock.now());
    await settled();
    expect(standing(b)).toEqual({ name: 'bob', city: 'Bern' });
    expect(standing(c)).toEqual({ name: 'cid', city: 'Chur' });
    expect((await links()).find((link) => link.b_id === b)?.state).toBe('unlinked');
    const { rows } = await hub.general.query('select reason, detail from unmatched where ext_id = $1', [b]);
    expect(rows).toEqual([{ reason: 'not-created', detail: 'what it was linked with was merged into cid' }]);
    const told = await hub.general.query(`select actor from lineage where kind = 'unlinked'`);
    expect(told.rows).toEqual([{ actor: { kind: 'integration', name: 'a' } }]);
  }, 30_000);

  it('pass the link on from one to the next, also where all of it is read at once', async () => {
    const d = await counterpart('dan');
    for (const id of ['dan2', 'dan3']) crm.insert(id, { name: id, city: 'Olten' }, clock.now());
    crm.merge('dan', 'dan2', {}, clock.now());
    crm.merge('dan2', 'dan3', {}, clock.now());
    await settled();
    expect(await counterpart('dan3')).toBe(d);
    expect(standing(d)).toEqual({ name: 'dan3', city: 'Olten' });
    expect([...sides.b.system.records.values()].filter(({ now }) => now.alive)).toHaveLength(4);
  }, 30_000);

  it('are told apart from records that are only deleted', async () => {
    const b = await counterpart('cid');
    crm.remove('cid', clock.now());
    await settled();
    expect(standing(b)).toBeNull();
  }, 30_000);
});
