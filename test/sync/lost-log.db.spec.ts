import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PipelineSpec } from '../../src/core/pipeline/spec.js';
import { SyncPair } from '../support/sync-pair.js';

const spec: PipelineSpec = {
  apiVersion: 'accord/v1',
  kind: 'Pipeline',
  metadata: { name: 'lost-log' },
  connections: { a: { ref: 'a', object: 'public.t' }, b: { ref: 'b', object: 'public.t' } },
  match: [
    { id: 'by-key', by: ['key'], action: 'link' },
    { id: 'none', action: 'create' },
  ],
  fields: {
    key: { a: 'key', b: 'key', policy: { strategy: 'review' } },
    x: { a: 'x', b: 'x', policy: { strategy: 'review' } },
  },
  deletes: { aDeleted: 'delete', bDeleted: 'delete' },
  load: { accept: 'automatic' },
};

describe('changes that the log of a side has lost', () => {
  let pair: SyncPair;
  const keys = async (side: 'a' | 'b') =>
    (await pair[side].query<{ key: string }>('select key from t order by key')).rows.map(({ key }) => key);

  beforeAll(async () => {
    const table = 'create table t (id serial primary key, key text, x text);';
    pair = await SyncPair.open(
      { a: `${table} insert into t (key, x) select 'k' || i, 'x' from generate_series(1, 9) i`, b: table },
      spec,
    );
    await pair.start();
    await pair.quiet();
  }, 60_000);
  afterAll(() => pair.close());

  it('are found, also what was deleted', async () => {
    await pair.a.query(`
      begin;
      alter table t disable trigger all;
      delete from t where key = 'k3';
      update t set x = 'unseen' where key = 'k4';
      insert into t (key, x) values ('k10', 'unseen');
      commit`);
    const wanted = ['k1', 'k10', 'k2', 'k4', 'k5', 'k6', 'k7', 'k8', 'k9'];
    for (let i = 0; i < 400 && String(await keys('b')) !== String(wanted); i++) await sleep(100);
    expect(await keys('b')).toEqual(wanted);
    await pair.quiet();
    const { rows } = await pair.b.query(`select x from t where key = 'k4'`);
    expect(rows).toEqual([{ x: 'unseen' }]);
    expect(await keys('a')).toEqual(wanted);
  }, 90_000);
});
