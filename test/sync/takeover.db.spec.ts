import { afterEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { Clock } from '../../src/common/clock.js';
import { ConnectionCatalog } from '../../src/connectors/connection-catalog.js';
import type { PipelineSpec } from '../../src/core/pipeline/spec.js';
import { Leases, type LeaseGrant } from '../../src/database/lease.js';
import { resume } from '../../src/database/sql/pause.js';
import { SyncEngine } from '../../src/sync/engine.js';
import { ServiceChild } from '../support/service-child.js';
import { SyncPair } from '../support/sync-pair.js';

const review = { strategy: 'review' } as const;
const spec: PipelineSpec = {
  apiVersion: 'accord/v1',
  kind: 'Pipeline',
  metadata: { name: 'taken' },
  connections: { a: { ref: 'a', object: 'public.t' }, b: { ref: 'b', object: 'public.t' } },
  match: [
    { id: 'by-key', by: ['key'], action: 'link' },
    { id: 'none', action: 'create' },
  ],
  fields: { key: { a: 'key', b: 'key', policy: review }, x: { a: 'x', b: 'x', policy: review } },
  load: { accept: 'automatic' },
};
const table = 'create table t (id bigserial primary key, key text unique, x text);';
const rows = (from: number, to: number): string =>
  `insert into t (key, x) select 'k' || i, 'x' || i from generate_series(${String(from)}, ${String(to)}) i;`;

describe('a pipeline that passes to another process', () => {
  let pair: SyncPair;
  let child: ServiceChild | undefined;
  const open = async (): Promise<void> => {
    pair = await SyncPair.open({ a: table + rows(1, 60), b: table + rows(41, 100) }, spec);
  };
  const startChild = async (failpoints: string): Promise<ServiceChild> => {
    child = await ServiceChild.start({ urls: pair.urls, declaration: pair.declared }, failpoints);
    return child;
  };
  afterEach(async () => {
    await child?.kill();
    child = undefined;
    await pair.close();
  });

  const hub = async <T extends object>(text: string) => (await pair.hub.general.query<T>(text)).rows;
  const state = async () => (await hub<{ state: string }>('select state from pipeline'))[0]?.state;
  const until = async (condition: () => Promise<boolean>) => {
    for (let i = 0; i < 400 && !(await condition()); i++) await sleep(25);
    expect(await condition()).toBe(true);
  };
  const keys = async (side: 'a' | 'b') =>
    (await pair[side].query<{ key: string }>('select key from t order by id')).rows
      .map(({ key }) => key)
      .sort();
  /** Capture is installed on both sides. */
  const captured = async () => {
    const found = await Promise.all([
      pair.a.query(`select from pg_trigger where tgname like '%accord%'`),
      pair.b.query(`select from pg_trigger where tgname like '%accord%'`),
    ]);
    return found.every(({ rowCount }) => (rowCount ?? 0) > 0);
  };
  /** The child goes on believing that the pipeline is its own, and is asleep. */
  const takeLease = () =>
    pair.hub.general.query(`update lease set until = '-infinity' where name like 'sync:%'`);

  it.each([
    ['load.accepted', 'report'],
    ['load.cursors-taken', 'new'],
  ])(
    'while it is loaded for the first time is not set back by the one that had it, which comes to itself late (%s)',
    async (point, at) => {
      await open();
      const asleep = 3000;
      await startChild(`${point}:1:delay=${String(asleep)}`);
      await until(async () => (await state()) === at && (await captured()));
      const since = Date.now();
      await takeLease();
      await pair.start();
      await pair.quiet();
      expect((await keys('a')).length).toBe(100);
      const states = new Set<string | undefined>();
      while (Date.now() - since < asleep + 1500) {
        states.add(await state());
        await sleep(20);
      }
      expect([...states]).toEqual(['running']);
      await pair.a.query(`update t set x = 'goes on' where key = 'k1'`);
      await until(async () => (await pair.b.query(`select 1 from t where x = 'goes on'`)).rowCount === 1);
      expect(await hub('select count(*)::int as n from link')).toEqual([{ n: 100 }]);
    },
    60_000,
  );

  it('is not taken by asking for it without pause', async () => {
    await open();
    await pair.start();
    await pair.quiet();
    let asked = 0;
    class CountedLeases extends Leases {
      override acquire(...args: Parameters<Leases['acquire']>): Promise<LeaseGrant | null> {
        asked++;
        return super.acquire(...args);
      }
    }
    const standby = new SyncEngine(
      pair.hub,
      new CountedLeases(pair.hub.general),
      new ConnectionCatalog(),
      new Clock(),
      pino({ level: 'silent' }),
    );
    await standby.start([pair.declared]);
    await pair.hub.general.query(`select pg_notify('accord_wake', id::text) from pipeline`);
    await sleep(2200);
    await standby.stop();
    expect(asked).toBeGreaterThan(0);
    expect(asked).toBeLessThan(8);
  }, 30_000);

  it('goes on with its first load where a halt had cut it off', async () => {
    await open();
    expect(await (await startChild('load.loaded:1:kill')).endsWithin(30_000)).toBe(true);
    await pair.a.query('create table kept as select * from t; truncate t');
    await pair.b.query(`update t set x = 'meanwhile' where key = 'k50'`);
    await pair.start();
    await until(async () => (await state()) === 'halted');
    expect(await keys('b')).toHaveLength(100);
    // Whoever halted has come to rest, and looks at the state only now and then.
    await sleep(1000);

    await pair.a.query(`insert into t select * from kept; update t set x = 'restored' where key = 'k1'`);
    await resume(pair.hub.general, 'taken', null);
    await pair.quiet();
    expect([await keys('a'), await keys('b')]).toEqual([await keys('b'), await keys('a')]);
    expect((await pair.a.query(`select 1 from t where key = 'k50' and x = 'meanwhile'`)).rowCount).toBe(1);
    expect((await pair.b.query(`select 1 from t where key = 'k1' and x = 'restored'`)).rowCount).toBe(1);
    expect(await hub('select count(*)::int as n from link')).toEqual([{ n: 100 }]);
  }, 60_000);
});
