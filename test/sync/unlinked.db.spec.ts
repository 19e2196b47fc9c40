import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PipelineSpec } from '../../src/core/pipeline/spec.js';
import { SyncPair } from '../support/sync-pair.js';

const spec: PipelineSpec = {
  apiVersion: 'accord/v1',
  kind: 'Pipeline',
  metadata: { name: 'unlinking' },
  connections: { a: { ref: 'a', object: 'public.t' }, b: { ref: 'b', object: 'public.t' } },
  match: [
    { id: 'by-key', by: ['key'], action: 'link' },
    { id: 'none', action: 'create' },
  ],
  fields: {
    key: { a: 'key', b: 'key', policy: { strategy: 'review' } },
    x: { a: 'x', b: 'x', policy: { strategy: 'review' } },
  },
  deletes: { aDeleted: 'unlink', bDeleted: 'unlink' },
  load: { accept: 'automatic' },
};

describe('a record whose link was ended', () => {
  let pair: SyncPair;
  const count = async (side: 'a' | 'b') =>
    (await pair[side].query<{ n: number }>('select count(*)::int as n from t')).rows[0]?.n;

  beforeAll(async () => {
    const table = 'create table t (id serial primary key, key text, x text);';
    pair = await SyncPair.open(
      { a: `${table} insert into t (key, x) values ('k1', 'x'), ('k2', 'x')`, b: table },
      spec,
    );
    await pair.start();
    await pair.quiet();
  }, 60_000);
  afterAll(() => pair.close());

  it('goes its own way: edits of what is left make nothing anew on the other side, and are shown', async () => {
    await pair.a.query(`delete from t where key = 'k1'`);
    await pair.quiet();
    expect([await count('a'), await count('b')]).toEqual([1, 2]);
    await pair.b.query(`update t set x = 'edited' where key = 'k1'`);
    await pair.quiet();
    await pair.a.query(`update t set x = 'still in sync' where key = 'k2'`);
    await pair.quiet();
    expect([await count('a'), await count('b')]).toEqual([1, 2]);
    const { rows } = await pair.hub.general.query('select side, reason, detail from unmatched');
    expect(rows).toEqual([
      { side: 'B', reason: 'not-created', detail: expect.stringContaining('its link with CRM 1 was ended') },
    ]);
    const { rows: other } = await pair.b.query(`select x from t where key = 'k2'`);
    expect(other).toEqual([{ x: 'still in sync' }]);
  }, 60_000);
});
