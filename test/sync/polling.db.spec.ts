import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PipelineSpec } from '../../src/core/pipeline/spec.js';
import { SyncPair } from '../support/sync-pair.js';

const spec: PipelineSpec = {
  apiVersion: 'accord/v1',
  kind: 'Pipeline',
  metadata: { name: 'polled' },
  connections: {
    a: {
      ref: 'a',
      object: 'public.t',
      capture: { mode: 'polling', updatedAt: 'updated_at', overlap: '2s' },
    },
    b: { ref: 'b', object: 'public.t' },
  },
  match: [
    { id: 'by-key', by: ['key'], action: 'link' },
    { id: 'none', action: 'create' },
  ],
  fields: {
    key: { a: 'key', b: 'key', policy: { strategy: 'review' } },
    x: { a: 'x', b: 'x', policy: { strategy: 'review' } },
    y: { a: 'y', b: 'y', policy: { strategy: 'newest', tie: 'review' } },
  },
  schedule: { pollEvery: '50ms' },
  load: { accept: 'automatic' },
};
const touched = `create function touch() returns trigger language plpgsql as $$ begin new.updated_at = clock_timestamp(); return new; end $$;
  create trigger touch before insert or update on t for each row execute function touch();`;

describe('a side that is polled by its modification stamp', () => {
  let pair: SyncPair;
  beforeAll(async () => {
    pair = await SyncPair.open(
      {
        a: `create table t (id serial primary key, key text unique, x text, y text, updated_at timestamptz not null default now()); ${touched}
            insert into t (key, x, y) select 'k' || i, 'x' || i, 'y' || i from generate_series(1, 10) i`,
        b: 'create table t (id serial primary key, key text unique, x text, y text)',
      },
      spec,
    );
    await pair.start();
    await pair.quiet();
  }, 60_000);
  afterAll(() => pair.close());

  const rows = async (side: 'a' | 'b') =>
    (await pair[side].query<{ key: string; x: string; y: string }>('select key, x, y from t order by key'))
      .rows;
  const agreed = async () => {
    for (let i = 0; i < 200; i++) {
      if (JSON.stringify(await rows('a')) === JSON.stringify(await rows('b'))) return;
      await sleep(50);
    }
    expect(await rows('a')).toEqual(await rows('b'));
  };

  it('has no object of Accord in its database but the fences', async () => {
    const { rows: triggers } = await pair.a.query(
      `select tgname from pg_trigger where tgrelid = 't'::regclass and not tgisinternal`,
    );
    expect(triggers).toEqual([{ tgname: 'touch' }]);
  });

  it('edits of both sides arrive on the other, and our own writes do not come back', async () => {
    await pair.a.query(`update t set x = 'from a' where key = 'k1'`);
    await pair.b.query(`update t set x = 'from b' where key = 'k2'`);
    await agreed();
    await pair.quiet();
    const count = async () =>
      (await pair.hub.general.query<{ n: number }>(`select count(*)::int as n from lineage`)).rows[0]?.n;
    const before = await count();
    await sleep(500);
    expect(await count()).toBe(before);
    expect((await rows('a')).filter(({ x }) => x.startsWith('from'))).toHaveLength(2);
  });

  it('both sides changed the same field while nobody looked: a conflict, and nothing is overwritten', async () => {
    await pair.stop();
    await pair.a.query(`update t set x = 'mine' where key = 'k3'`);
    await pair.b.query(`update t set x = 'yours' where key = 'k3'`);
    await pair.start();
    await pair.quiet();
    const { rows: open } = await pair.hub.general.query(
      `select unit, kind from conflict where state <> 'closed'`,
    );
    expect(open).toEqual([{ unit: 'x', kind: 'value' }]);
    expect((await rows('a')).find(({ key }) => key === 'k3')?.x).toBe('mine');
    expect((await rows('b')).find(({ key }) => key === 'k3')?.x).toBe('yours');
  });

  it('a new record is made on the other side', async () => {
    await pair.a.query(`insert into t (key, x, y) values ('new', 'n', 'n')`);
    for (let i = 0; i < 200 && !(await rows('b')).some(({ key }) => key === 'new'); i++) await sleep(50);
    expect((await rows('b')).find(({ key }) => key === 'new')).toMatchObject({ x: 'n' });
  });
});
