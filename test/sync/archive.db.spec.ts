import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Clock } from '../../src/common/clock.js';
import { publicId } from '../../src/common/public-ids.js';
import { RestoreService } from '../../src/review/restore.service.js';
import { archivedSpec } from '../support/archived-spec.js';
import { ReviewedPair } from '../support/reviewed-pair.js';
import { SyncPair } from '../support/sync-pair.js';
import { actor } from '../support/tester.js';
import { unseen, verify } from '../support/verifying.js';

const spec = archivedSpec({
  archive: {
    a: { column: 'status', mark: 'deleted', live: 'open' },
    b: { column: 'deleted_at', mark: 'now' },
  },
  guard: { maxCount: 10, maxPercent: 0 },
});

const A = `create table t (id bigserial primary key, key text, x text, y text, status text not null default 'new');
  insert into t (key, x, y, status) select 'k' || i, 'x' || i, 'y' || i, case when i % 2 = 0 then 'open' else 'pending' end from generate_series(1, 14) i;
  insert into t (key, x, status) select 'many' || i, 'x', 'open' from generate_series(1, 12) i;
  insert into t (key, x, status) values ('old', 'of A', 'deleted'), ('both', 'of A', 'deleted'), ('half', 'of A', 'open');`;
const B = `create table t (id bigserial primary key, key text, x text, y text, deleted_at timestamptz);
  insert into t (key, x, deleted_at) values ('both', 'of B', '2020-01-01'), ('half', 'of B', '2020-01-01'), ('gone', 'of B', '2020-01-01');`;

describe('a side whose records are deleted by being marked', () => {
  let pair: SyncPair;
  let all: ReviewedPair;
  beforeAll(async () => {
    pair = await SyncPair.open({ a: A, b: B }, spec);
    all = ReviewedPair.over(pair);
    await pair.start();
    await pair.quiet();
  }, 60_000);
  afterAll(() => pair.close());

  const hub = async <T extends object>(text: string, values: unknown[] = []) =>
    (await pair.hub.general.query<T>(text, values)).rows;
  /** `x status` of every row with the key, oldest first. */
  const inA = async (key: string) =>
    (
      await pair.a.query<{ s: string }>(
        `select concat_ws(' ', x, status) as s from t where key = $1 order by id`,
        [key],
      )
    ).rows.map(({ s }) => s);
  const inB = async (key: string) =>
    (
      await pair.b.query<{ s: string }>(
        `select concat_ws(' ', x, case when deleted_at is not null then 'deleted' end) as s from t where key = $1 order by id`,
        [key],
      )
    ).rows.map(({ s }) => s);
  const on = async (side: 'a' | 'b', text: string) => {
    await pair[side].query(text);
    await pair.quiet();
  };
  /** Both sides do something that neither has seen of the other. */
  const apart = async (a: string, b: string) => {
    await pair.stop();
    await pair.a.query(a);
    await pair.b.query(b);
    await pair.start();
    await pair.quiet();
  };
  const link = async (key: string) =>
    (await hub<object>('select state, epoch from link where id = $1', [await all.linkOf(key)]))[0];
  const open = () =>
    hub<{ unit: string; kind: string }>(`select unit, kind from conflict where state = 'open'`);

  it('a row that was marked before anything was linked is no record: neither linked, nor made on the other side', async () => {
    expect(await hub(`select linked, only_a, only_b, excluded_a, excluded_b from load_report`)).toEqual([
      { linked: 0, only_a: 27, only_b: 0, excluded_a: 2, excluded_b: 3 },
    ]);
    expect([await inB('old'), await inA('gone')]).toEqual([[], []]);
    expect([await inA('both'), await inB('both')]).toEqual([['of A deleted'], ['of B deleted']]);
    expect(await inB('half')).toEqual(['of B deleted', 'of A']);
    await on('b', `update t set x = 'edited' where key = 'gone'`);
    expect(await inA('gone')).toEqual([]);
  });

  it('a deletion of the other side marks the row, and only that; it is no drift', async () => {
    await on('a', `delete from t where key = 'k1'`);
    expect(await inB('k1')).toEqual(['x1 deleted']);
    const { rows } = await pair.b.query<{ fresh: boolean }>(
      `select deleted_at between now() - interval '1 minute' and now() + interval '1 minute' as fresh from t where key = 'k1'`,
    );
    expect(rows).toEqual([{ fresh: true }]);
    expect(await link('k1')).toEqual({ state: 'deleted', epoch: 1 });
    const { certificate } = await verify(pair);
    expect(certificate.differences).toEqual({
      conflict: 0,
      blocked: 0,
      'in-flight': 0,
      policy: 0,
      scope: 0,
      unknown: 0,
    });
  });

  it('a row that is marked is a deletion; that the other mark was another value than ours does not matter', async () => {
    await on('b', `update t set deleted_at = '2024-01-01' where key in ('k2', 'k3')`);
    expect([await inA('k2'), await inA('k3')]).toEqual([['x2 deleted'], ['x3 deleted']]);
    expect(await link('k2')).toEqual({ state: 'deleted', epoch: 1 });
    const told = await hub<{ w: string }>(
      `select units -> '$life' ->> 'w' as w from lineage where link_id = $1 and kind = 'observed'`,
      [await all.linkOf('k2')],
    );
    expect(told).toEqual([{ w: 'marked as deleted: deleted_at is set' }]);
  });

  it('is back when the mark is taken away: the same link in a new epoch, un-marked on the other side, with what was edited meanwhile', async () => {
    await on('b', `update t set x = 'late' where key = 'k2'`);
    expect(await inA('k2')).toEqual(['x2 deleted']);
    await on('b', `update t set deleted_at = null where key = 'k2'`);
    expect([await inA('k2'), await inB('k2')]).toEqual([['late open'], ['late']]);
    expect(await link('k2')).toEqual({ state: 'live', epoch: 2 });
    await on('a', `update t set y = 'flows' where key = 'k2'`);
    expect((await pair.b.query(`select y from t where key = 'k2'`)).rows).toEqual([{ y: 'flows' }]);
    // Its row in A is gone for good: it is made again, under its id.
    const { rows } = await pair.b.query<{ id: string }>(
      `update t set deleted_at = null where key = 'k1' returning id`,
    );
    expect(rows).toHaveLength(1);
    await pair.quiet();
    expect(await inA('k1')).toEqual(['x1 open']);
    expect(await link('k1')).toEqual({ state: 'live', epoch: 2 });
    expect(await hub(`select * from unmatched where ext_id = $1 and side = 'B'`, [rows[0]?.id])).toEqual([]);
  });

  it('one that the other side has edited meanwhile is put to a person; kept, it is un-marked, with the edit', async () => {
    await apart(
      `update t set x = 'edited' where key = 'k4'`,
      `update t set deleted_at = now() where key = 'k4'`,
    );
    expect([await inA('k4'), await inB('k4')]).toEqual([['edited open'], ['x4 deleted']]);
    expect(await open()).toEqual([{ unit: '$life', kind: 'delete-vs-edit' }]);
    await all.decide('k4', 'a', undefined, '$life');
    expect([await inA('k4'), await inB('k4')]).toEqual([['edited open'], ['edited']]);
    expect(await open()).toEqual([]);
  });

  it('un-marked by whoever had marked it, before anybody decided, is no question any more', async () => {
    await apart(
      `update t set x = 'edited' where key = 'k6'`,
      `update t set deleted_at = now() where key = 'k6'`,
    );
    expect(await open()).toEqual([{ unit: '$life', kind: 'delete-vs-edit' }]);
    await on('b', `update t set deleted_at = null where key = 'k6'`);
    expect(await open()).toEqual([]);
    expect([await inA('k6'), await inB('k6')]).toEqual([['edited open'], ['edited']]);
  });

  it('a decision to delete marks the row as well, and its undo gives the row its mark of before', async () => {
    await apart(
      `update t set status = 'deleted' where key = 'k8'`,
      `update t set x = 'edited' where key = 'k8'`,
    );
    await all.decide('k8', 'a', undefined, '$life');
    expect([await inA('k8'), await inB('k8')]).toEqual([['x8 deleted'], ['edited deleted']]);
    await on('a', `update t set status = 'pending' where key = 'k10'`);
    await apart(
      `update t set x = 'edited' where key = 'k10'`,
      `update t set deleted_at = now() where key = 'k10'`,
    );
    const decision = await all.decide('k10', 'b', undefined, '$life');
    expect(await inA('k10')).toEqual(['edited deleted']);
    await all.undo(decision);
    await pair.quiet();
    expect([await inA('k10'), await inB('k10')]).toEqual([['edited pending'], ['x10 deleted']]);
    expect(await open()).toEqual([{ unit: '$life', kind: 'undone' }]);
    await all.decide('k10', 'b', undefined, '$life');
    expect(await inA('k10')).toEqual(['edited deleted']);
  });

  it('a restored record is un-marked, only as its row was seen: what somebody did there unseen is kept', async () => {
    const restoring = new RestoreService(pair.hub, all.plans, new Clock());
    const id = await all.linkOf('k8');
    await pair.b.query(unseen(`update t set y = 'unseen' where key = 'k8'`));
    await restoring.restore(publicId.record(id), {}, actor('Ada'));
    await pair.quiet();
    expect([await inA('k8'), await inB('k8')]).toEqual([['edited open'], ['edited']]);
    expect((await pair.b.query(`select y from t where key = 'k8'`)).rows).toEqual([{ y: 'unseen' }]);
    expect(await link('k8')).toEqual({ state: 'live', epoch: 2 });
    expect((await pair.a.query(`select y from t where key = 'k8'`)).rows).toEqual([{ y: 'unseen' }]);
  });

  it('a marked row that is then deleted for good is made again when it is wanted', async () => {
    await on('b', `update t set deleted_at = now() where key = 'k12'`);
    await on('b', `delete from t where key = 'k12'`);
    await new RestoreService(pair.hub, all.plans, new Clock()).restore(
      publicId.record(await all.linkOf('k12')),
      {},
      actor('Ada'),
    );
    await pair.quiet();
    expect([await inA('k12'), await inB('k12')]).toEqual([['x12 open'], ['x12']]);
  });

  it('a row that somebody deletes and makes again just before it is marked stands marked, and can be brought back', async () => {
    const somebody = await pair.b.connect();
    await somebody.query('begin; lock table t in exclusive mode');
    await pair.a.query(`update t set status = 'deleted' where key = 'k9'`);
    const waiting = `select 1 from pg_locks where relation = 't'::regclass and not granted`;
    while ((await pair.b.query(waiting)).rows.length === 0)
      await new Promise((resolve) => setTimeout(resolve, 10));
    await somebody.query(`create temp table again as select * from t where key = 'k9'`);
    await somebody.query(`delete from t where key = 'k9'; insert into t select * from again; commit`);
    somebody.release();
    await pair.quiet();
    expect([await inA('k9'), await inB('k9')]).toEqual([['x9 deleted'], ['x9 deleted']]);
    await on('a', `update t set status = 'pending' where key = 'k9'`);
    expect([await inA('k9'), await inB('k9')]).toEqual([['x9 pending'], ['x9']]);
  });

  it('is not found by match rules: who has its key is another record', async () => {
    await on('b', `update t set deleted_at = now() where key = 'k14'`);
    await on('a', `insert into t (key, x, status) values ('k14', 'another', 'new')`);
    expect(await inB('k14')).toEqual(['x14 deleted', 'another']);
    expect(await inA('k14')).toEqual(['x14 deleted', 'another new']);
    expect(await open()).toEqual([]);
  });

  it('a side that takes the mark away again is shown, and not asked for ever', async () => {
    await pair.b.query(
      `create function keep() returns trigger language plpgsql as $$ begin new.deleted_at = null; return new; end $$;
       create trigger keep before update on t for each row when (new.key = 'k5') execute function keep()`,
    );
    await on('a', `update t set status = 'deleted' where key = 'k5'`);
    expect(await inB('k5')).toEqual(['x5']);
    expect(await hub(`select unit, side, code from blocked_unit`)).toEqual([
      { unit: '$life', side: 'B', code: 'archive-undone' },
    ]);
    await pair.b.query('drop trigger keep on t');
    await on('a', `update t set status = 'pending' where key = 'k5'`);
    expect(await hub(`select unit from blocked_unit`)).toEqual([]);
  });

  it('a mark that nothing told of is found by a verification, and taken in by the policies when it is asked to', async () => {
    await pair.b.query(unseen(`update t set deleted_at = now() where key = 'k7'`));
    const found = await verify(pair);
    expect(found.differences.filter(({ reason }) => reason === 'unknown')).toMatchObject([
      {
        kind: 'missing',
        side: 'B',
        unit: '$life',
        detail: 'marked as deleted in Support, and nothing told of it',
      },
    ]);
    expect(await inA('k7')).toEqual(['x7 pending']);
    await verify(pair, true);
    await pair.quiet();
    expect(await inA('k7')).toEqual(['x7 deleted']);
    const after = await verify(pair);
    expect(after.certificate.differences).toMatchObject({ unknown: 0 });
  });

  it('many marks at once are held by the guard against deletions', async () => {
    const deleted = async () =>
      (
        await pair.a.query<{ n: number }>(
          `select count(*)::int as n from t where key like 'many%' and status = 'deleted'`,
        )
      ).rows[0]?.n;
    await on('b', `update t set deleted_at = now() where key like 'many%'`);
    expect(await hub('select kind, side from guard_trip')).toEqual([{ kind: 'deletes', side: 'B' }]);
    expect(await deleted()).toBe(0);
    // Whoever is back is held no more.
    await on('b', `update t set deleted_at = null where key = 'many1'`);
    expect(await hub('select count(*)::int as n from blocked_unit')).toEqual([{ n: 11 }]);
    await hub(`update guard_trip set state = 'released', closed_at = now(), closed_by = 'Ada'`);
    await hub(
      `insert into push_due (link_id, pipeline_id, reason) select link_id, pipeline_id, 'guard' from shadow where open is not null on conflict do nothing`,
    );
    await pair.quiet();
    expect(await deleted()).toBe(11);
  });
});
