import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PipelineSpec } from '../../src/core/pipeline/spec.js';
import { preview } from '../support/previewing.js';
import { ReviewedPair } from '../support/reviewed-pair.js';
import { SyncPair } from '../support/sync-pair.js';

const review = { strategy: 'review' } as const;
const plain: PipelineSpec = {
  apiVersion: 'accord/v1',
  kind: 'Pipeline',
  metadata: { name: 'marked' },
  connections: {
    a: { ref: 'a', object: 'public.t' },
    b: {
      ref: 'b',
      object: 'public.t',
      capture: { mode: 'polling', updatedAt: 'updated_at', overlap: '2s' },
    },
  },
  match: [
    { id: 'by-key', by: ['key'], action: 'link' },
    { id: 'none', action: 'create' },
  ],
  fields: { key: { a: 'key', b: 'key', policy: review }, x: { a: 'x', b: 'x', policy: review } },
  deletes: { aDeleted: 'delete', bDeleted: 'delete' },
  review: { undoWindow: '1ms' },
  schedule: { verifyEvery: 'off', pollEvery: '50ms' },
  load: { accept: 'automatic' },
};
const archiving: PipelineSpec = {
  ...plain,
  deletes: { ...plain.deletes, archive: { b: { column: 'archived', mark: true } } },
};
const B = `create table t (id serial primary key, key text unique, x text, archived boolean not null default false,
    updated_at timestamptz not null default now());
  create function touch() returns trigger language plpgsql as $$ begin new.updated_at = clock_timestamp(); return new; end $$;
  create trigger touch before insert or update on t for each row execute function touch();`;

describe('a pipeline that begins to look at marks of deleted rows', () => {
  let pair: SyncPair;
  let all: ReviewedPair;
  beforeAll(async () => {
    pair = await SyncPair.open(
      {
        a: `create table t (id serial primary key, key text unique, x text);
            insert into t (key, x) select 'k' || i, 'x' || i from generate_series(1, 6) i`,
        b: B,
      },
      plain,
    );
    all = ReviewedPair.over(pair);
    await pair.start();
    await pair.quiet();
    await pair.b.query(`update t set archived = true where key in ('k1', 'k2')`);
    await pair.quiet();
  }, 60_000);
  afterAll(() => pair.close());

  const hub = async <T extends object>(text: string) => (await pair.hub.general.query<T>(text)).rows;
  const keys = async (side: 'a' | 'b', where = 'true') =>
    (await pair[side].query<{ key: string }>(`select key from t where ${where} order by key`)).rows.map(
      ({ key }) => key,
    );
  const until = async (what: () => Promise<boolean>) => {
    for (let i = 0; i < 600; i++) {
      if (await what()) return;
      await sleep(25);
    }
    throw new Error('it never came to that');
  };
  const change = async (next: PipelineSpec, revision: number) => {
    await pair.stop();
    pair.declare(next);
    await pair.start();
    await until(async () => {
      const [row] = await hub<{ done: boolean }>(
        `select p.revision = ${String(revision)} and p.recast_from is null and not exists (select from side_state where cursor is null) as done from pipeline p`,
      );
      return row?.done === true;
    });
    await pair.quiet();
  };

  it('says beforehand who would count as deleted; then each is put to a person, whatever the policy says', async () => {
    expect(await preview(pair, archiving)).toMatchObject({
      units: [],
      writes: { A: 0, B: 0 },
      scope: null,
      archive: { sides: ['B'], marked: 2, unmarked: 0, newcomers: { A: 0, B: 0 } },
    });
    await change(archiving, 2);
    expect(await keys('a')).toEqual(['k1', 'k2', 'k3', 'k4', 'k5', 'k6']);
    expect(await hub(`select unit, kind, state, reason from conflict order by link_id`)).toEqual(
      ['k1', 'k2'].map(() => ({
        unit: '$life',
        kind: 'delete-vs-edit',
        state: 'open',
        reason: 'Support has it marked as deleted (archived = true), and the pipeline looks at that only now',
      })),
    );
    await all.decide('k1', 'a', undefined, '$life');
    await all.decide('k2', 'b', undefined, '$life');
    expect([await keys('a'), await keys('b', 'archived')]).toEqual([['k1', 'k3', 'k4', 'k5', 'k6'], ['k2']]);
  }, 60_000);

  it('sees marks where a side is only polled, and that they are taken away, also when the record had ended', async () => {
    await pair.b.query(`update t set archived = true where key = 'k3'`);
    await until(async () => !(await keys('a')).includes('k3'));
    await pair.quiet();
    await pair.b.query(`update t set archived = false, x = 'back' where key in ('k2', 'k3')`);
    await until(async () => (await keys('a', `x = 'back'`)).length === 2);
    await pair.quiet();
    expect(await keys('a', `x = 'back'`)).toEqual(['k2', 'k3']);
    expect(await hub(`select state, epoch, count(*)::int as n from link group by 1, 2 order by 2`)).toEqual([
      { state: 'live', epoch: 1, n: 4 },
      { state: 'live', epoch: 2, n: 2 },
    ]);
    await pair.a.query(`delete from t where key = 'k4'`);
    await until(async () => (await keys('b', 'archived')).includes('k4'));
    await pair.quiet();
    expect(await keys('b')).toEqual(['k1', 'k2', 'k3', 'k4', 'k5', 'k6']);
  });

  it('without the mark, its rows are records again, as the plan has said', async () => {
    await pair.stop();
    await pair.a.query(`update t set x = 'edited' where key = 'k5'`);
    await pair.b.query(`update t set archived = true where key = 'k5'`);
    await all.again();
    expect(await hub(`select kind from conflict where state = 'open'`)).toEqual([{ kind: 'delete-vs-edit' }]);
    expect(await preview(pair, plain)).toMatchObject({
      archive: { sides: ['B'], marked: 0, unmarked: 1, newcomers: { A: 0, B: 1 } },
    });
    await change(plain, 3);
    expect(await hub(`select kind from conflict where state = 'open'`)).toEqual([]);
    await until(async () => (await keys('a')).includes('k4'));
    await pair.quiet();
    expect(await keys('a')).toEqual(['k1', 'k2', 'k3', 'k4', 'k5', 'k6']);
    expect((await pair.b.query(`select x from t where key = 'k5'`)).rows).toEqual([{ x: 'edited' }]);
  }, 60_000);

  it('a column of marks that disappears stops the pipeline', async () => {
    await change(archiving, 4);
    await pair.b.query('alter table t rename column archived to gone');
    await pair.b.query(`update t set x = 'x' where key = 'k6'`);
    await until(async () => {
      const rows = await hub<{ code: string }>(
        `select error_code as code from side_state where error_code is not null`,
      );
      return rows.some(({ code }) => code === 'field-unknown');
    });
    expect(await keys('a')).toContain('k6');
  }, 60_000);
});
