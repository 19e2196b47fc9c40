import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LimitedPair } from '../support/limited-pair.js';
import type { SyncPair } from '../support/sync-pair.js';

describe('a right that is revoked while edits flow', () => {
  let limited: LimitedPair;
  let pair: SyncPair;
  /** What is left of the right to update, of those who own the table. */
  const mayUpdate = (what: string): Promise<unknown> =>
    pair.b.query(
      `revoke update on t from ${limited.owner}; ${what === '' ? '' : `grant ${what} on t to ${limited.owner}`}`,
    );

  beforeAll(async () => {
    limited = await LimitedPair.open();
    pair = limited.pair;
  }, 60_000);
  afterAll(() => limited.close());
  const until = (condition: () => Promise<boolean>) => limited.until(condition);

  const row = async (side: 'a' | 'b', key: string) =>
    (await pair[side].query<Record<string, string>>('select x, y from t where key = $1', [key])).rows[0];
  const blocked = async () =>
    (
      await pair.hub.general.query<{ unit: string; side: string; code: string; detail: string }>(
        'select unit, side, code, detail from blocked_unit order by link_id, unit',
      )
    ).rows;

  it('one column: that field waits, named with the grant that is missing; all others flow both ways', async () => {
    await mayUpdate('update (id, key, y)');
    await pair.a.query(`update t set x = 'x of A' where key = 'k1'`);
    await pair.a.query(`update t set x = 'x of A', y = 'y of A' where key in ('k2', 'k3')`);
    for (let i = 4; i <= 20; i++)
      await pair.a.query(`update t set y = 'y of A' where key = $1`, [`k${String(i)}`]);
    const began = Date.now();
    await until(
      async () => (await row('b', 'k20'))?.y === 'y of A' && (await row('b', 'k2'))?.y === 'y of A',
    );
    expect(Date.now() - began).toBeLessThan(5000);
    await pair.b.query(`update t set x = 'x of B' where key = 'k30'`);
    await pair.b.query(`update t set y = 'y of B' where key = 'k31'`);
    await until(
      async () => (await row('a', 'k30'))?.x === 'x of B' && (await row('a', 'k31'))?.y === 'y of B',
    );
    expect(await row('b', 'k2')).toEqual({ x: 'x2', y: 'y of A' });
    await until(async () => (await blocked()).length === 3);
    for (const one of await blocked())
      expect(one).toMatchObject({
        unit: 'x',
        side: 'B',
        code: 'permission-missing',
        detail: expect.stringContaining('GRANT UPDATE'),
      });
    expect((await limited.shown())?.code).toBeNull();
  }, 60_000);

  it('the whole table: the side says so; what is edited there still goes out', async () => {
    await mayUpdate('');
    await pair.a.query(`update t set y = 'later of A' where key in ('k5', 'k6')`);
    await until(async () => (await limited.shown())?.code === 'permission-missing');
    expect((await limited.shown())?.detail).toContain('GRANT UPDATE');
    await pair.b.query(`update t set y = 'still of B' where key = 'k32'`);
    await until(async () => (await row('a', 'k32'))?.y === 'still of B');
    expect(await row('b', 'k5')).toMatchObject({ y: 'y of A' });
  }, 60_000);

  it('granted again, everything flows, and nothing was lost', async () => {
    await pair.a.query(`update t set x = 'x of A, again' where key = 'k3'`);
    await mayUpdate('update');
    await until(() => limited.agreed());
    await pair.quiet(60_000);
    expect(await row('b', 'k1')).toMatchObject({ x: 'x of A' });
    expect(await row('b', 'k2')).toEqual({ x: 'x of A', y: 'y of A' });
    expect(await row('b', 'k3')).toEqual({ x: 'x of A, again', y: 'y of A' });
    expect(await row('a', 'k30')).toMatchObject({ x: 'x of B' });
    expect(await blocked()).toEqual([]);
    expect((await limited.shown())?.code).toBeNull();
    const { rows: open } = await pair.hub.general.query(`select 1 from conflict where state <> 'closed'`);
    expect(open).toEqual([]);
  }, 90_000);
});
