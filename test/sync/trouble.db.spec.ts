import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { PipelineSpec } from '../../src/core/pipeline/spec.js';
import { SyncPair } from '../support/sync-pair.js';

const spec: PipelineSpec = {
  apiVersion: 'accord/v1',
  kind: 'Pipeline',
  metadata: { name: 'trouble' },
  connections: { a: { ref: 'a', object: 'public.t' }, b: { ref: 'b', object: 'public.t' } },
  match: [
    { id: 'by-key', by: ['key'], action: 'link' },
    { id: 'none', action: 'create' },
  ],
  fields: {
    key: { a: 'key', b: 'key', policy: { strategy: 'review' } },
    x: { a: 'x', b: 'x', policy: { strategy: 'review' } },
    y: { a: 'y', b: 'y', policy: { strategy: 'review' } },
    z: { a: 'z', b: 'z', policy: { strategy: 'review' } },
  },
  load: { accept: 'automatic' },
};
const table = 'create table t (id serial primary key, key text unique, x text, y text, z text);';

describe('trouble', () => {
  let pair: SyncPair;
  const value = async (side: 'a' | 'b', key: string) =>
    (await pair[side].query<Record<string, string>>('select x, y, z from t where key = $1', [key])).rows[0];
  const blocked = async () =>
    (await pair.hub.general.query('select unit, side, code from blocked_unit order by unit')).rows;

  beforeAll(async () => {
    pair = await SyncPair.open(
      {
        a: `${table} insert into t (key, x, y, z) select 'k' || i, 'x', 'y', 'z' from generate_series(1, 5) i`,
        b: `${table} alter table t add check (x <> 'poison'), add check (length(z) < 9000000)`,
      },
      spec,
    );
    await pair.start();
    await pair.quiet();
  }, 60_000);
  afterAll(() => pair.close());

  it('a value that a side refuses holds its field alone, and the next value of it goes out', async () => {
    await pair.a.query(`update t set x = 'poison', y = 'y2' where key = 'k1'`);
    await pair.a.query(`update t set y = 'y3' where key = 'k2'`);
    await pair.quiet();
    expect(await value('b', 'k1')).toEqual({ x: 'x', y: 'y2', z: 'z' });
    expect(await value('b', 'k2')).toMatchObject({ y: 'y3' });
    expect(await blocked()).toMatchObject([{ unit: 'x', side: 'B' }]);
    await pair.a.query(`update t set x = 'wholesome' where key = 'k1'`);
    await pair.quiet();
    expect(await value('b', 'k1')).toMatchObject({ x: 'wholesome' });
    expect(await blocked()).toEqual([]);
  });

  it('ten megabytes go over, and more than the side takes is named', async () => {
    await pair.a.query(`update t set y = repeat('ä', 5 * 1024 * 1024) where key = 'k3'`);
    await pair.a.query(`update t set z = repeat('z', 10000000) where key = 'k4'`);
    const big = async () =>
      (
        await pair.b.query<{ same: boolean }>(
          `select y = repeat('ä', 5 * 1024 * 1024) as same from t where key = 'k3'`,
        )
      ).rows[0]?.same;
    for (let i = 0; i < 300 && ((await big()) !== true || (await blocked()).length === 0); i++)
      await sleep(100);
    expect(await big()).toBe(true);
    expect(await blocked()).toMatchObject([{ unit: 'z', side: 'B' }]);
    await pair.a.query(`update t set z = 'short' where key = 'k4'`);
    await pair.quiet();
    expect(await value('b', 'k4')).toMatchObject({ z: 'short' });
  }, 60_000);

  it('a side that cannot be reached is named; edits wait and go over when it is back', async () => {
    const name = new URL(pair.urls.b).pathname.slice(1);
    const admin = new pg.Client({ connectionString: pair.urls.hub });
    await admin.connect();
    await admin.query(`alter database "${name}" allow_connections false`);
    await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
    await pair.a.query(`update t set y = 'while away' where key = 'k5'`);
    let error: { error_code: string | null } | undefined;
    for (let i = 0; i < 100 && (error?.error_code ?? null) === null; i++) {
      await sleep(100);
      error = (
        await pair.hub.general.query<{ error_code: string | null }>(
          `select error_code from side_state where side = 'B'`,
        )
      ).rows[0];
    }
    expect(error?.error_code).toEqual(expect.any(String));
    await admin.query(`alter database "${name}" allow_connections true`);
    await admin.end();
    await pair.quiet(60_000);
    expect(await value('b', 'k5')).toMatchObject({ y: 'while away' });
    const { rows } = await pair.hub.general.query(`select error_code from side_state where side = 'B'`);
    expect(rows).toEqual([{ error_code: null }]);
  }, 90_000);

  it('TRUNCATE never deletes on the other side: the pipeline halts, and says why', async () => {
    await pair.a.query('truncate t');
    let state: { state: string; state_detail: string | null } | undefined;
    for (let i = 0; i < 100 && state?.state !== 'halted'; i++) {
      await sleep(100);
      state = (
        await pair.hub.general.query<{ state: string; state_detail: string | null }>(
          'select state, state_detail from pipeline',
        )
      ).rows[0];
    }
    expect(state).toMatchObject({ state: 'halted', state_detail: expect.stringContaining('CRM') });
    const { rows } = await pair.b.query<{ n: number }>('select count(*)::int as n from t');
    expect(rows).toEqual([{ n: 5 }]);
  });
});
