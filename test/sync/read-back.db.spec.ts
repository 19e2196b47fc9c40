import { afterEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { ServiceChild } from '../support/service-child.js';
import { SyncPair } from '../support/sync-pair.js';

describe('a write that missed', () => {
  let pair: SyncPair;
  let child: ServiceChild | null = null;
  afterEach(async () => {
    await child?.kill();
    await pair.close();
  });
  const until = async (condition: () => Promise<boolean>) => {
    for (let i = 0; i < 800 && !(await condition()); i++) await sleep(10);
    expect(await condition()).toBe(true);
  };

  it('does not bring back what it found where that has been edited away since, to what it had expected', async () => {
    const table = 'create table t (id serial primary key, key text, x text);';
    pair = await SyncPair.open(
      { a: `${table} insert into t (key, x) values ('k', 'old')`, b: table },
      {
        apiVersion: 'accord/v1',
        kind: 'Pipeline',
        metadata: { name: 'read-back' },
        connections: { a: { ref: 'a', object: 'public.t' }, b: { ref: 'b', object: 'public.t' } },
        match: [
          { id: 'by-key', by: ['key'], action: 'link' },
          { id: 'none', action: 'create' },
        ],
        fields: {
          key: { a: 'key', b: 'key', policy: { strategy: 'review' } },
          x: { a: 'x', b: 'x', policy: { strategy: 'review' } },
        },
        schedule: { verifyEvery: 'off' },
        load: { accept: 'automatic' },
      },
    );
    await pair.start();
    await pair.quiet();
    await pair.stop();
    child = await ServiceChild.start(
      { urls: pair.urls, declaration: pair.declared },
      'delivery.before-send:1:delay=1500,worker.committed:2:delay=1500',
    );
    const hub = async (text: string) => (await pair.hub.general.query(text)).rowCount ?? 0;
    await pair.a.query(`update t set x = 'new'`);
    await until(async () => (await hub(`select from attempt_batch where state = 'sent'`)) === 1);
    // The same edit before the write arrives: it misses, and there is nothing more to do. Then it is taken back there.
    await pair.b.query(`update t set x = 'new'`);
    await until(async () => (await hub(`select from lineage where kind = 'receipt'`)) === 1);
    await pair.b.query(`update t set x = 'old'`);
    await until(async () => (await pair.a.query(`select from t where x = 'old'`)).rowCount === 1);
    expect((await pair.b.query('select x from t')).rows).toEqual([{ x: 'old' }]);
  }, 60_000);
});
