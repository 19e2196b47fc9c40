import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PipelineSpec } from '../../src/core/pipeline/spec.js';
import { SyncPair } from '../support/sync-pair.js';

const spec: PipelineSpec = {
  apiVersion: 'accord/v1',
  kind: 'Pipeline',
  metadata: { name: 'altered' },
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

describe('a table that is altered while the pipeline runs', () => {
  let pair: SyncPair;
  const row = async (side: 'a' | 'b', key: string, columns = 'x, y, z') =>
    (await pair[side].query<Record<string, string>>(`select ${columns} from t where key = $1`, [key]))
      .rows[0];
  const hub = async <T extends object>(text: string) => (await pair.hub.general.query<T>(text)).rows;
  const lost = async () =>
    (
      await hub<{ side: string; key: string; lost: string }>(
        `select side, key, value ->> 'lost' as lost from side_state, jsonb_each(columns) where value ? 'lost'`,
      )
    ).map((one) => one);
  const until = async (condition: () => Promise<boolean>) => {
    for (let i = 0; i < 300 && !(await condition()); i++) await sleep(100);
    expect(await condition()).toBe(true);
  };

  beforeEach(async () => {
    pair = await SyncPair.open(
      {
        a: `${table} insert into t (key, x, y, z) select 'k' || i, 'x', 'y', 'z' || i from generate_series(1, 9) i`,
        b: table,
      },
      spec,
    );
    await pair.start();
    await pair.quiet();
  }, 60_000);
  afterEach(() => pair.close());

  it('a dropped column holds its field alone; made anew it is filled again, and nothing is blanked', async () => {
    await pair.b.query('alter table t drop column z');
    await pair.b.query(`update t set x = 'from B' where key = 'k1'`);
    await pair.a.query(`update t set y = 'from A', z = 'edited meanwhile' where key = 'k2'`);
    await until(async () => (await lost()).length === 1);
    expect(await lost()).toMatchObject([
      { side: 'B', key: 'z', lost: expect.stringContaining('no column "z"') },
    ]);
    await until(async () => (await row('a', 'k1'))?.x === 'from B');
    await until(async () => (await row('b', 'k2', 'y'))?.y === 'from A');
    await pair.a.query(`insert into t (key, x, y, z) values ('k10', 'new', 'new', 'new')`);
    await until(async () => (await row('b', 'k10', 'x'))?.x === 'new');
    await pair.b.query(`insert into t (key, x) values ('k11', 'new on B')`);
    await until(async () => (await row('a', 'k11', 'x'))?.x === 'new on B');
    await pair.a.query(`update t set z = 'given on A' where key = 'k11'`);

    await pair.b.query('alter table t add column z text');
    await pair.b.query(`update t set z = 'typed on B' where key = 'k3'`);
    await until(async () => (await lost()).length === 0 && (await row('b', 'k9'))?.z === 'z9');
    await pair.quiet(60_000);
    expect(await row('b', 'k2')).toEqual({ x: 'x', y: 'from A', z: 'edited meanwhile' });
    expect(await row('b', 'k10')).toMatchObject({ z: 'new' });
    expect(await row('b', 'k11')).toMatchObject({ z: 'given on A' });
    const { rows } = await pair.a.query<{ n: number }>('select count(*)::int as n from t where z is null');
    expect(rows).toEqual([{ n: 0 }]);
    // Nobody has seen both of these: a person decides.
    expect([await row('a', 'k3'), await row('b', 'k3')]).toMatchObject([{ z: 'z3' }, { z: 'typed on B' }]);
    expect(await hub(`select unit, state from conflict where state <> 'closed'`)).toEqual([
      { unit: 'z', state: 'open' },
    ]);
  }, 120_000);

  it('a renamed column holds its field until it has its name again; edits made meanwhile on both sides arrive', async () => {
    await pair.b.query('alter table t rename column z to zed');
    await pair.b.query(`update t set zed = 'typed on B', x = 'from B' where key = 'k1'`);
    await pair.a.query(`update t set z = 'typed on A' where key in ('k2', 'k3')`);
    await until(async () => (await lost()).length === 1);
    expect((await lost())[0]?.lost).toContain('"z" is now "zed"');
    await until(async () => (await row('a', 'k1'))?.x === 'from B');
    await pair.b.query(`update t set zed = 'typed on B' where key = 'k3'`);
    expect(await row('a', 'k1')).toMatchObject({ z: 'z1' });

    await pair.b.query('alter table t rename column zed to z');
    await until(async () => (await row('a', 'k1'))?.z === 'typed on B');
    await pair.quiet(60_000);
    expect(await row('b', 'k2')).toMatchObject({ z: 'typed on A' });
    expect([await row('a', 'k3'), await row('b', 'k3')]).toMatchObject([
      { z: 'typed on A' },
      { z: 'typed on B' },
    ]);
    expect(await hub(`select unit from conflict where state = 'open'`)).toEqual([{ unit: 'z' }]);
  }, 120_000);

  it('a column that becomes a number holds only the values that are none', async () => {
    await pair.a.query(`update t set z = '7' where key <> 'k1'`);
    await pair.quiet();
    await pair.b.query(`alter table t alter column z type integer using nullif(z, 'z1')::int`);
    await pair.a.query(`update t set y = 'goes on' where key = 'k4'`);
    await until(async () => (await row('b', 'k4', 'y'))?.y === 'goes on');
    await pair.a.query(`update t set z = '8' where key = 'k5'`);
    await until(async () => (await row('b', 'k5', 'z::text as z'))?.z === '8');
    await pair.a.query(`update t set z = 'not a number' where key = 'k6'`);
    await until(
      async () =>
        (await hub(`select 1 from blocked_unit where unit = 'z' and code = 'unreadable'`)).length > 0,
    );
    await pair.b.query(`update t set z = 9 where key = 'k7'`);
    await until(async () => (await row('a', 'k7'))?.z === '9');
    expect(await row('b', 'k6', 'z::text as z')).toEqual({ z: '7' });
  }, 120_000);
});
