import { afterEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PipelineSpec } from '../../src/core/pipeline/spec.js';
import { filled, PLAIN_TABLE, POLLED_TABLE, polledSpec } from '../support/polled-pair.js';
import { ServiceChild } from '../support/service-child.js';
import { SyncPair } from '../support/sync-pair.js';

interface Round {
  phase: string | null;
  position: string | null;
  missing: number;
  started_at: Date | null;
  previous_at: Date | null;
}

describe('reading a side through, interrupted', () => {
  let pair: SyncPair;
  const children: ServiceChild[] = [];
  const open = async (spec: PipelineSpec, rows: number): Promise<void> => {
    pair = await SyncPair.open({ a: POLLED_TABLE + filled(rows), b: PLAIN_TABLE }, spec);
    await pair.start();
    await pair.quiet(60_000);
    await pair.stop();
  };
  const child = async (failpoints?: string): Promise<ServiceChild> => {
    const started = await ServiceChild.start({ urls: pair.urls, declaration: pair.declared }, failpoints);
    children.push(started);
    return started;
  };
  afterEach(async () => {
    await Promise.all(children.splice(0).map((one) => one.kill()));
    await pair.close();
  });

  const hub = async <T extends object>(text: string) => (await pair.hub.general.query<T>(text)).rows;
  const round = async () => (await hub<Round>('select * from absence_sweep'))[0];
  const count = async () =>
    (await pair.b.query<{ n: number }>('select count(*)::int as n from t')).rows[0]?.n;
  const moved = () =>
    hub<{ kind: string }>(`select kind from lineage where units ? '$life' and kind = 'observed'`);
  const until = async (condition: () => Promise<boolean>) => {
    for (let i = 0; i < 400 && !(await condition()); i++) await sleep(50);
    expect(await condition()).toBe(true);
  };

  it('it goes on from the page it was killed at, with what was missing before', async () => {
    await open(
      { ...polledSpec({ aDeleted: 'delete' }), schedule: { pollEvery: '50ms', sweepEvery: '1h' } },
      3500,
    );
    await pair.hub.general.query(`update absence_sweep set finished_at = 'epoch'`);
    await pair.a.query('delete from t where id in (5, 3400)');
    // A process that is slow loses its lease, and reads a page again that it has read: not every read is a page further.
    for (let i = 0; i < 8 && ((await round())?.position ?? null) === null; i++)
      expect(await (await child('absence.read:3:kill')).endsWithin(30_000)).toBe(true);
    const cut = await round();
    expect(cut).toMatchObject({ phase: 'links', missing: 1 });
    expect(Number(cut?.position)).toBeGreaterThanOrEqual(1000);
    // Back again, but on a page that was read already: the second look will find it.
    await pair.a.query(`insert into t (id, key, x, y) values (5, 'k5', 'x5', 'y5')`);
    await child();
    await until(async () => (await round())?.phase === null);
    expect((await round())?.previous_at).toEqual(cut?.started_at);
    await until(async () => (await count()) === 3499);
    expect(await moved()).toHaveLength(1);
    expect(await hub('select 1 from absent_record')).toEqual([]);
  }, 90_000);

  it('what was found lost before the kill is not found twice', async () => {
    await open(polledSpec({ aDeleted: 'delete' }), 50);
    await pair.a.query('delete from t where id in (5, 6)');
    expect(await (await child('absence.lost:1:kill')).endsWithin(30_000)).toBe(true);
    expect(await hub('select 1 from absent_record')).toHaveLength(2);
    expect(await moved()).toHaveLength(2);
    await child();
    await until(async () => (await hub('select 1 from absent_record')).length === 0);
    await until(async () => (await count()) === 48);
    expect(await moved()).toHaveLength(2);
  }, 60_000);

  it('two replicas read it once, and the other takes over', async () => {
    await open(polledSpec({ aDeleted: 'delete' }), 200);
    const [one] = [await child(), await child()];
    await pair.a.query('delete from t where id in (5, 6, 7)');
    await until(async () => (await hub('select 1 from absent_record')).length > 0);
    await one.kill();
    await pair.a.query('delete from t where id in (8, 9)');
    await until(async () => (await count()) === 195);
    expect(await moved()).toHaveLength(5);
    // The side has them before the hub has heard of it.
    await until(
      async () => (await hub(`select 1 from attempt_batch where state in ('sent', 'unknown')`)).length === 0,
    );
  }, 60_000);
});
