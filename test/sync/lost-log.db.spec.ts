import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PipelineSpec } from '../../src/core/pipeline/spec.js';
import { resume } from '../../src/database/sql/pause.js';
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

  it('are looked for again each time that the pipeline is resumed, until what an emptied table held is there again', async () => {
    const hub = async <T extends object>(text: string) => (await pair.hub.general.query<T>(text)).rows;
    const pipeline = async () =>
      (
        await hub<{ state: string; detail: string | null; begun: string | null; over: boolean }>(
          `select state, state_detail as detail, started_at::text as begun, finished_at is not null as over
           from pipeline, absence_sweep where side = 'A'`,
        )
      )[0];
    const until = async (condition: () => Promise<boolean>) => {
      for (let i = 0; i < 400 && !(await condition()); i++) await sleep(50);
      expect(await condition()).toBe(true);
    };
    const goOn = async () => {
      await resume(pair.hub.general, 'lost-log', null);
      await pair.hub.general.query(`select pg_notify('accord_wake', '')`);
    };
    const ended = () => hub(`select 1 from lineage where units ? '$life'`);
    const before = (await ended()).length;
    const wanted = await keys('b');

    await pair.a.query('create table kept as select * from t');
    await pair.a.query('truncate t');
    await until(async () => (await pipeline())?.state === 'halted');
    expect((await pipeline())?.detail).not.toContain('deletes.guard');
    for (let i = 0; i < 3; i++) {
      const last = (await pipeline())?.begun;
      await goOn();
      await until(async () => (await pipeline())?.begun !== last && (await pipeline())?.state === 'halted');
      expect((await pipeline())?.detail).toContain('9 of 9 linked records cannot be found');
      expect((await pipeline())?.detail).toContain('deletes.guard');
      expect(await keys('b')).toEqual(wanted);
    }

    await pair.a.query(`insert into t select * from kept`);
    await goOn();
    await until(async () => (await pipeline())?.over === true);
    await pair.a.query(`update t set x = 'goes on' where key = 'k9'`);
    await until(
      async () => (await pair.b.query(`select 1 from t where x = 'goes on' and key = 'k9'`)).rowCount === 1,
    );
    await pair.quiet();
    expect((await pipeline())?.state).toBe('running');
    expect([await keys('a'), await keys('b')]).toEqual([wanted, wanted]);
    expect(await ended()).toHaveLength(before);
  }, 90_000);
});
