import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Leases } from '../../src/database/lease.js';
import { HubPools } from '../../src/database/pools.js';
import { inTransaction } from '../../src/database/transaction.js';
import { migratedDatabase, type TestDatabase } from '../support/test-database.js';

describe('a lease', () => {
  let database: TestDatabase;
  let pools: [HubPools, HubPools];
  let one: Leases;
  let other: Leases;
  beforeAll(async () => {
    database = await migratedDatabase();
    pools = [new HubPools(database.url), new HubPools(database.url)];
    [one, other] = [new Leases(pools[0].general), new Leases(pools[1].general)];
  });
  afterAll(async () => {
    await Promise.all(pools.map((pool) => pool.close()));
    await database.drop();
  });

  it('is given to one of many who ask at the same time', async () => {
    const grants = await Promise.all(
      Array.from({ length: 20 }, (_, i) => (i % 2 ? one : other).acquire('race', `process ${i}`, 10_000)),
    );
    expect(grants.filter((grant) => grant !== null)).toHaveLength(1);
  });

  it('is extended, with the same token, when its holder asks again', async () => {
    const first = await one.acquire('again', 'me', 10_000);
    expect(await one.acquire('again', 'me', 10_000)).toEqual(first);
    expect(await other.acquire('again', 'you', 10_000)).toBeNull();
  });

  it('passes on when it runs out, with a higher token, and its former holder finds out', async () => {
    const mine = (await one.acquire('passing', 'me', 50))!;
    await sleep(80);
    const yours = (await other.acquire('passing', 'you', 10_000))!;
    expect(yours.token).toBeGreaterThan(mine.token);
    expect(await one.renew(mine, 10_000)).toBe(false);
    await one.release(mine);
    expect(await other.renew(yours, 10_000)).toBe(true);
  });

  it('that has run out goes on where nobody else has taken it, but not once it was let go', async () => {
    const mine = (await one.acquire('slow', 'me', 20))!;
    await sleep(60);
    expect(await one.renew(mine, 10_000)).toBe(true);
    expect(await other.acquire('slow', 'you', 10_000)).toBeNull();
    await inTransaction(pools[0].general, (client) => one.assertHeld(client, mine));
    await one.release(mine);
    expect(await one.renew(mine, 10_000)).toBe(false);
  });

  it('that was let go is free at once, and its token still rises', async () => {
    const mine = (await one.acquire('released', 'me', 10_000))!;
    await one.release(mine);
    const again = (await one.acquire('released', 'me', 10_000))!;
    expect(again.token).toBeGreaterThan(mine.token);
  });

  it('keeps a former holder from writing inside a transaction', async () => {
    const mine = (await one.acquire('fenced', 'me', 40))!;
    await inTransaction(pools[0].general, (client) => one.assertHeld(client, mine));
    await sleep(60);
    await other.acquire('fenced', 'you', 10_000);
    await expect(
      inTransaction(pools[0].general, async (client) => {
        await client.query(`insert into counter (pipeline_id, name, value) values (1, 'late', 1)`);
        await one.assertHeld(client, mine);
      }),
    ).rejects.toMatchObject({ code: 'lease-lost' });
    expect((await pools[0].general.query(`select from counter where name = 'late'`)).rowCount).toBe(0);
  });

  it('covers work longer than its time, which never runs twice at once', async () => {
    let running = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      most = Math.max(most, ++running);
      await sleep(300);
      running--;
    };
    const ran = await Promise.all([
      one.during('job', 90, work),
      one.during('job', 90, work),
      sleep(150).then(() => other.during('job', 90, work)),
    ]);
    expect(ran.filter(Boolean)).toHaveLength(1);
    expect(most).toBe(1);
    expect(await other.during('job', 90, work)).toBe(true);
  });

  it('is let go when the work fails, and the failure is passed on', async () => {
    const failing = one.during('failing', 10_000, () => Promise.reject(new Error('the work failed')));
    await expect(failing).rejects.toThrow('the work failed');
    expect(await other.acquire('failing', 'next', 1_000)).not.toBeNull();
  });

  it('tells the work when it is lost', async () => {
    let aborted = false;
    await one.during('stolen', 60, async (signal) => {
      await pools[1].general.query(
        `update lease set holder = 'thief', token = token + 1 where name = 'stolen'`,
      );
      await sleep(120);
      aborted = signal.aborted;
    });
    expect(aborted).toBe(true);
  });
});
