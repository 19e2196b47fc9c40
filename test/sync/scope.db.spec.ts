import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PipelineSpec } from '../../src/core/pipeline/spec.js';
import { preview } from '../support/previewing.js';
import { SyncPair } from '../support/sync-pair.js';
import { verify } from '../support/verifying.js';

const review = { strategy: 'review' } as const;
const spec: PipelineSpec = {
  apiVersion: 'accord/v1',
  kind: 'Pipeline',
  metadata: { name: 'scoped' },
  connections: { a: { ref: 'a', object: 'public.t' }, b: { ref: 'b', object: 'public.t' } },
  scope: { a: { filter: 'row.status == "active"' }, b: { filter: 'row.archived == false' } },
  match: [
    { id: 'by-key', by: ['key'], action: 'link' },
    { id: 'none', action: 'create' },
  ],
  fields: {
    key: { a: 'key', b: 'key', policy: review },
    x: { a: 'x', b: 'x', policy: review },
    y: { a: 'y', b: 'y', policy: review },
  },
  deletes: { aDeleted: 'delete', bDeleted: 'delete' },
  guards: { blanking: { maxCount: 3, maxPercent: 0 } },
  review: { undoWindow: '1ms' },
  schedule: { verifyEvery: 'off' },
  load: { accept: 'automatic' },
};

const A = `create table t (id serial primary key, key text, x text, y text, status text);
  insert into t (key, x, y, status) select 'k' || i, 'x' || i, 'y' || i, 'active' from generate_series(1, 20) i;
  insert into t (key, x, status) values ('draft', 'of A', 'draft'), ('twin', 'of A', 'draft'), ('filed', 'of A', 'active');`;
const B = `create table t (id serial primary key, key text, x text, y text, archived boolean not null default false);
  insert into t (key, x, archived) values ('twin', 'of B', false), ('filed', 'of B', true), ('old', 'of B', true);`;

describe('records outside of the scope of a pipeline', () => {
  let pair: SyncPair;
  beforeAll(async () => {
    pair = await SyncPair.open({ a: A, b: B }, spec);
    await pair.start();
    await pair.quiet();
  }, 60_000);
  afterAll(() => pair.close());

  const hub = async <T extends object>(text: string) => (await pair.hub.general.query<T>(text)).rows;
  const of = async (side: 'a' | 'b', key: string, column: string) =>
    (
      await pair[side].query<{ v: unknown }>(`select ${column} as v from t where key = $1 order by id`, [key])
    ).rows.map(({ v }) => v);
  const on = async (side: 'a' | 'b', text: string) => {
    await pair[side].query(text);
    await pair.quiet();
  };
  const excluded = async () =>
    (
      await hub<{ key: string; sides: string }>(
        `select s.fields ->> 'key' as key, l.excluded as sides from link l join shadow s on s.link_id = l.id
         where l.excluded is not null order by l.id`,
      )
    ).map(({ key, sides }) => `${key} ${sides}`);
  const conflicts = () =>
    hub<{ unit: string; state: string; close_reason: string | null }>(
      `select unit, state, close_reason from conflict order by opened_at, id`,
    );

  it('the first load counts them, and neither links nor makes them', async () => {
    expect(
      await hub(`select linked, only_a, only_b, ambiguous, excluded_a, excluded_b from load_report`),
    ).toEqual([{ linked: 0, only_a: 21, only_b: 1, ambiguous: 0, excluded_a: 2, excluded_b: 2 }]);
    expect(await of('b', 'draft', 'x')).toEqual([]);
    expect(await of('a', 'old', 'x')).toEqual([]);
    expect(await of('b', 'filed', 'x')).toEqual(['of B', 'of A']);
    // Made in A it would have no status, and be out of scope at once.
    expect(await of('a', 'twin', 'x')).toEqual(['of A']);
    expect(await hub('select side, reason, detail from unmatched')).toEqual([
      {
        side: 'B',
        reason: 'not-created',
        detail: 'row.status == "active": expected a record that is in scope in CRM, found one that is not',
      },
    ]);
    expect(await excluded()).toEqual([]);
  });

  it('a record that leaves is kept on both sides; what is edited meanwhile comes with it when it is back', async () => {
    await on('a', `update t set status = 'closed', x = 'late' where key = 'k1'`);
    await on('b', `update t set y = 'of B' where key = 'k1'`);
    expect([await of('b', 'k1', 'x'), await of('a', 'k1', 'y')]).toEqual([['x1'], ['y1']]);
    expect(await excluded()).toContain('k1 A');
    await on('a', `update t set status = 'active' where key = 'k1'`);
    expect([await of('b', 'k1', 'x'), await of('a', 'k1', 'y')]).toEqual([['late'], ['of B']]);
    expect(await excluded()).not.toContain('k1 A');
    const told = await hub<{ k: string; w: string }>(
      `select l.units -> '$scope' ->> 'k' as k, l.units -> '$scope' ->> 'w' as w
       from lineage l join shadow s on s.link_id = l.link_id
       where l.kind = 'scope' and s.fields -> 'key' = '"k1"' order by l.id`,
    );
    expect(told.map(({ k }) => k)).toEqual(['excluded', 'included']);
    expect(told[0]?.w).toBe('out of scope: CRM has not row.status == "active"');
  });

  it('edits of both sides meanwhile are a conflict afterwards; one that was open is put away and asked again', async () => {
    await on('b', `update t set archived = true where key = 'k2'`);
    await pair.a.query(`update t set x = 'A says' where key = 'k2'`);
    await on('b', `update t set x = 'B says' where key = 'k2'`);
    expect(await conflicts()).toEqual([]);
    await on('b', `update t set archived = false where key = 'k2'`);
    expect(await conflicts()).toEqual([{ unit: 'x', state: 'open', close_reason: null }]);
    await on('b', `update t set archived = true where key = 'k2'`);
    expect(await conflicts()).toEqual([{ unit: 'x', state: 'closed', close_reason: 'excluded' }]);
    await on('b', `update t set archived = false where key = 'k2'`);
    expect((await conflicts()).map(({ state }) => state)).toEqual(['closed', 'open']);
    expect([await of('a', 'k2', 'x'), await of('b', 'k2', 'x')]).toEqual([['A says'], ['B says']]);
    await on('a', `update t set x = 'B says' where key = 'k2'`);
  });

  it('is not deleted on the other side when it is deleted while it is out', async () => {
    await on('a', `update t set status = 'closed' where key = 'k3'`);
    await on('a', `delete from t where key = 'k3'`);
    expect(await of('b', 'k3', 'x')).toEqual(['x3']);
    // In scope it is.
    await on('a', `delete from t where key = 'k4'`);
    expect(await of('b', 'k4', 'x')).toEqual([]);
  });

  it('a newcomer is looked at once it is in scope, and not before', async () => {
    await on('a', `insert into t (key, x, status) values ('new', 'n', 'draft')`);
    await on('a', `update t set x = 'n2' where key = 'new'`);
    expect(await of('b', 'new', 'x')).toEqual([]);
    expect(await hub(`select ext_id from unmatched where side = 'A'`)).toEqual([]);
    await on('a', `update t set status = 'active' where key = 'new'`);
    expect(await of('b', 'new', 'x')).toEqual(['n2']);
  });

  it('no guard minds that many leave; what comes back wiped is held', async () => {
    const some = `key in ('k11', 'k12', 'k13', 'k14', 'k15')`;
    await on('a', `update t set status = 'closed', x = null where ${some}`);
    expect(await hub('select kind from guard_trip')).toEqual([]);
    await on('a', `update t set status = 'active' where ${some}`);
    expect(await hub('select kind, subject, count, side from guard_trip')).toEqual([
      { kind: 'blanking', subject: 'x', count: 5, side: 'A' },
    ]);
    const kept = await pair.b.query<{ n: number }>(
      `select count(*)::int as n from t where ${some} and x is not null`,
    );
    expect(kept.rows[0]?.n).toBe(5);
    await hub(`update guard_trip set state = 'released', closed_at = now(), closed_by = 'Ada'`);
    await hub(
      `insert into push_due (link_id, pipeline_id, reason) select link_id, pipeline_id, 'guard' from shadow where open is not null on conflict do nothing`,
    );
    await pair.quiet();
    expect((await of('b', 'k11', 'x'))[0]).toBeNull();
  });

  it('a verification says why they differ, and what it leaves out', async () => {
    await pair.a.query(`update t set status = 'closed', x = 'apart' where key = 'k5'`);
    await pair.quiet();
    const { certificate, differences } = await verify(pair);
    expect(certificate.differences).toMatchObject({ unknown: 0, policy: 1, scope: 6 });
    const apart = differences.filter(({ kind }) => kind === 'apart');
    expect(apart.map(({ reason, unit }) => `${reason} ${String(unit)}`).sort()).toEqual([
      'scope $life',
      'scope x',
    ]);
    expect(apart.every(({ detail }) => detail.startsWith('out of scope: CRM has not'))).toBe(true);
    const alone = differences.filter(({ kind }) => kind === 'alone');
    expect(alone.map(({ reason, side }) => `${reason} ${String(side)}`).sort()).toEqual([
      'policy B',
      'scope A',
      'scope A',
      'scope B',
      'scope B',
    ]);
  });

  it('another scope says beforehand who leaves and who comes; nothing is taken for an edit', async () => {
    const next: PipelineSpec = {
      ...spec,
      scope: { a: { filter: 'row.status != "active" || row.y == "y16"' } },
    };
    const before = await pair.b.query('select key, x, y from t order by id');
    expect(await preview(pair, next)).toMatchObject({
      units: [],
      writes: { A: 0, B: 1 },
      conflicts: { opens: 1, closes: 0, stay: 0 },
      scope: { sides: ['A', 'B'], entering: 2, leaving: 18, newcomers: { A: 2, B: 2 } },
    });
    await pair.stop();
    pair.declare(next);
    await pair.start();
    for (let i = 0; i < 400; i++) {
      const [row] = await hub<{ done: boolean }>(
        `select p.revision = 2 and p.recast_from is null and not exists (select from side_state where cursor is null) as done from pipeline p`,
      );
      if (row?.done === true) break;
      await sleep(50);
    }
    await pair.quiet();
    expect(await of('b', 'k5', 'x')).toEqual(['apart']);
    expect(await of('b', 'draft', 'x')).toEqual(['of A']);
    expect(await of('a', 'old', 'x')).toEqual(['of B']);
    const after = await pair.b.query<{ key: string }>('select key, x, y from t order by id');
    const same = after.rows.filter(({ key }) => key !== 'k5' && key !== 'draft');
    expect(same).toEqual(before.rows.filter((row: { key: string }) => row.key !== 'k5'));
    expect((await excluded()).length).toBe(18);
    // The one that was deleted in A while it was out is asked about; the twins are linked, and differ.
    expect((await conflicts()).filter(({ state }) => state === 'open')).toEqual([
      { unit: '$life', state: 'open', close_reason: null },
      { unit: 'x', state: 'open', close_reason: null },
    ]);
    expect(await of('b', 'k3', 'x')).toEqual(['x3']);
    expect(
      await hub(`select count(*)::int as n from lineage where revision = 2 and kind = 'observed'`),
    ).toEqual([{ n: 0 }]);
  }, 60_000);
});
