import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pino from 'pino';
import { Clock } from '../../src/common/clock.js';
import type { PipelineSpec } from '../../src/core/pipeline/spec.js';
import { Leases } from '../../src/database/lease.js';
import { declaredCatalog } from '../../src/pipelines/declared-catalog.js';
import { SyncEngine } from '../../src/sync/engine.js';
import { SyncPair } from '../support/sync-pair.js';

const spec: PipelineSpec = {
  apiVersion: 'accord/v1',
  kind: 'Pipeline',
  metadata: { name: 'people' },
  connections: { a: { ref: 'a', object: 'public.contact' }, b: { ref: 'b', object: 'public.person' } },
  match: [{ id: 'by-key', by: ['key'], action: 'link' }],
  fields: {
    key: { a: 'key', b: 'key', policy: { strategy: 'review' } },
    phone: { a: 'phone', b: 'phone', policy: { strategy: 'newest', tie: 'review' } },
  },
  load: { accept: 'automatic' },
};
const RECORDS = 150;
const table = (name: string): string =>
  `create table ${name} (id serial primary key, key text, phone text);
   insert into ${name} (key, phone) select 'k' || i, '0' from generate_series(1, ${String(RECORDS)}) i`;

describe('the newest edit', () => {
  let pair: SyncPair;
  beforeAll(async () => {
    pair = await SyncPair.open({ a: table('contact'), b: table('person') }, spec);
    await pair.start();
    await pair.quiet();
  }, 60_000);
  afterAll(() => pair.close());

  const conflicts = async () =>
    (
      await pair.hub.general.query<{ kind: string; reason: string }>(
        `select distinct c.kind, c.reason, count(*)::int as n from conflict c where c.state <> 'closed' group by 1, 2`,
      )
    ).rows;
  const phones = async (side: 'a' | 'b', where: string): Promise<readonly string[]> => {
    const { rows } = await pair[side].query<{ phone: string }>(
      `select distinct phone from ${side === 'a' ? 'contact' : 'person'} where ${where} order by phone`,
    );
    return rows.map(({ phone }) => phone);
  };

  it('stands where the times tell for certain which that is', async () => {
    await pair.stop();
    await pair.b.query(`update person set phone = 'earlier' where key in ('k1', 'k2')`);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await pair.a.query(`update contact set phone = 'later' where key in ('k1', 'k2')`);
    await pair.start();
    await pair.quiet();
    expect(await conflicts()).toEqual([]);
    expect(await phones('b', `key in ('k1', 'k2')`)).toEqual(['later']);
  });

  it('is not a mass edit that knew of nothing: a person looks where it meets another edit, all else flows', async () => {
    await pair.stop();
    await pair.b.query(`update person set phone = 'by hand' where key in ('k3', 'k4', 'k5')`);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await pair.a.query(`update contact set phone = '+49 ' || phone`);
    await pair.start();
    await pair.quiet();
    expect(await conflicts()).toEqual([
      { kind: 'tie', reason: expect.stringContaining('as an import or a migration does'), n: 3 },
    ]);
    expect(await phones('b', `key in ('k3', 'k4', 'k5')`)).toEqual(['by hand']);
    expect(await phones('b', `key not in ('k3', 'k4', 'k5')`)).toEqual(['+49 0', '+49 later']);
    await pair.a.query(`update contact set phone = 'by hand' where key in ('k3', 'k4', 'k5')`);
    await pair.quiet();
    expect(await conflicts()).toEqual([]);
  });

  it('is not one that is dated in the future', async () => {
    await pair.stop();
    await pair.b.query(`update person set phone = 'here' where key = 'k6'`);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await pair.a.query(`update contact set phone = 'there' where key = 'k6'`);
    // To a hub whose clock went back by an hour, both sides are ahead.
    class EarlierClock extends Clock {
      override now(): number {
        return Date.now() - 3_600_000;
      }
    }
    const catalog = declaredCatalog(
      (['a', 'b'] as const).map((name) => ({
        apiVersion: 'accord/v1',
        kind: 'Connection',
        metadata: { name },
        connector: 'postgres',
        url: pair.urls[name],
      })),
    );
    const engine = new SyncEngine(
      pair.hub,
      new Leases(pair.hub.general),
      catalog,
      new EarlierClock(),
      pino({ level: 'silent' }),
    );
    await engine.start([pair.declared]);
    const deadline = Date.now() + 20_000;
    while ((await conflicts()).length === 0 && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 50));
    await engine.stop();
    expect(await conflicts()).toEqual([
      { kind: 'tie', reason: expect.stringContaining('dated in the future'), n: 1 },
    ]);
  });
});
