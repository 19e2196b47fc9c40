import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PipelineSpec } from '../../src/core/pipeline/spec.js';
import { filled, PLAIN_TABLE } from '../support/polled-pair.js';
import { SyncPair } from '../support/sync-pair.js';

const review = { strategy: 'review' } as const;
const spec: PipelineSpec = {
  apiVersion: 'accord/v1',
  kind: 'Pipeline',
  metadata: { name: 'permissions' },
  connections: { a: { ref: 'a', object: 'public.t' }, b: { ref: 'b', object: 'public.t' } },
  match: [
    { id: 'by-key', by: ['key'], action: 'link' },
    { id: 'none', action: 'create' },
  ],
  fields: {
    key: { a: 'key', b: 'key', policy: review },
    x: { a: 'x', b: 'x', policy: review },
    y: { a: 'y', b: 'y', policy: review },
  },
  load: { accept: 'automatic' },
};

describe('a right that is revoked while edits flow', () => {
  let pair: SyncPair;
  const run = randomUUID().slice(0, 8);
  const [owner, account] = [`owner_${run}`, `sync_${run}`];
  /** What is left of the right to update, of those who own the table. */
  const mayUpdate = (what: string): Promise<unknown> =>
    pair.b.query(`revoke update on t from ${owner}; ${what === '' ? '' : `grant ${what} on t to ${owner}`}`);

  beforeAll(async () => {
    pair = await SyncPair.open(
      {
        a: PLAIN_TABLE + filled(40),
        b: `${PLAIN_TABLE} create role ${owner}; create role ${account} login password 'secret' in role ${owner};
            alter table t owner to ${owner}; create schema accord authorization ${account}`,
      },
      spec,
      { b: account },
    );
    await pair.start();
    await pair.quiet();
  }, 60_000);
  afterAll(async () => {
    await pair.stop();
    await pair.b
      .query(`drop schema accord cascade; alter table t owner to current_user; drop owned by ${owner}, ${account};
      drop role ${account}, ${owner}`);
    await pair.close();
  });

  const row = async (side: 'a' | 'b', key: string) =>
    (await pair[side].query<Record<string, string>>('select x, y from t where key = $1', [key])).rows[0];
  const rows = async (side: 'a' | 'b') =>
    (await pair[side].query('select key, x, y from t order by key')).rows;
  const blocked = async () =>
    (
      await pair.hub.general.query<{ unit: string; side: string; code: string; detail: string }>(
        'select unit, side, code, detail from blocked_unit order by link_id, unit',
      )
    ).rows;
  const error = async () =>
    (
      await pair.hub.general.query<{ error_code: string | null; error_detail: string | null }>(
        `select error_code, error_detail from side_state where side = 'B'`,
      )
    ).rows[0];
  const until = async (condition: () => Promise<boolean>) => {
    for (let i = 0; i < 400 && !(await condition()); i++) await sleep(50);
    expect(await condition()).toBe(true);
  };

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
    expect((await error())?.error_code).toBeNull();
  }, 60_000);

  it('the whole table: the side says so; what is edited there still goes out', async () => {
    await mayUpdate('');
    await pair.a.query(`update t set y = 'later of A' where key in ('k5', 'k6')`);
    await until(async () => (await error())?.error_code === 'permission-missing');
    expect((await error())?.error_detail).toContain('GRANT UPDATE');
    await pair.b.query(`update t set y = 'still of B' where key = 'k32'`);
    await until(async () => (await row('a', 'k32'))?.y === 'still of B');
    expect(await row('b', 'k5')).toMatchObject({ y: 'y of A' });
  }, 60_000);

  it('granted again, everything flows, and nothing was lost', async () => {
    await pair.a.query(`update t set x = 'x of A, again' where key = 'k3'`);
    await mayUpdate('update');
    await until(async () => JSON.stringify(await rows('a')) === JSON.stringify(await rows('b')));
    await pair.quiet(60_000);
    expect(await row('b', 'k1')).toMatchObject({ x: 'x of A' });
    expect(await row('b', 'k2')).toEqual({ x: 'x of A', y: 'y of A' });
    expect(await row('b', 'k3')).toEqual({ x: 'x of A, again', y: 'y of A' });
    expect(await row('a', 'k30')).toMatchObject({ x: 'x of B' });
    expect(await blocked()).toEqual([]);
    expect((await error())?.error_code).toBeNull();
    const { rows: open } = await pair.hub.general.query(`select 1 from conflict where state <> 'closed'`);
    expect(open).toEqual([]);
  }, 90_000);
});
