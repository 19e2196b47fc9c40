import { afterEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PipelineSpec } from '../../src/core/pipeline/spec.js';
import { pause } from '../../src/database/sql/pause.js';
import { filled, PLAIN_TABLE, POLLED_TABLE, polledSpec } from '../support/polled-pair.js';
import { SyncPair } from '../support/sync-pair.js';

const timing = { absenceMs: 700 };

describe('a side that does not report deletions is read through', () => {
  let pair: SyncPair;
  const open = async (of: PipelineSpec): Promise<void> => {
    pair = await SyncPair.open({ a: POLLED_TABLE + filled(60), b: PLAIN_TABLE }, of);
    await pair.start(timing);
    await pair.quiet();
  };
  afterEach(() => pair.close());

  const hub = async <T extends object>(text: string) => (await pair.hub.general.query<T>(text)).rows;
  const keys = async (side: 'a' | 'b') =>
    (await pair[side].query<{ key: string }>('select key from t order by id')).rows.map(({ key }) => key);
  const row = async (side: 'a' | 'b', key: string) =>
    (await pair[side].query<Record<string, string>>('select x, y from t where key = $1', [key])).rows[0];
  const conflicts = () =>
    hub<{ unit: string; kind: string }>(
      `select unit, kind from conflict where state <> 'closed' order by unit`,
    );
  const until = async (condition: () => Promise<boolean>) => {
    for (let i = 0; i < 200 && !(await condition()); i++) await sleep(50);
    expect(await condition()).toBe(true);
  };
  const rounds = async () =>
    Number(
      (await hub<{ at: string }>(`select extract(epoch from finished_at) as at from absence_sweep`))[0]?.at ??
        0,
    );
  /** Two rounds that began after now are over. */
  const sweptTwice = async () => {
    for (let i = 0; i < 3; i++) {
      const before = await rounds();
      await until(async () => (await rounds()) > before);
    }
  };

  it.each(['polling', 'snapshot'] as const)(
    'and a record deleted there goes its way: deleted (%s)',
    async (mode) => {
      await open(polledSpec({ aDeleted: 'delete' }, mode));
      await pair.a.query(`delete from t where key in ('k1', 'k7')`);
      await until(async () => (await keys('b')).length === 58);
      expect(await keys('b')).toEqual(await keys('a'));
      await pair.quiet();
      expect(await conflicts()).toEqual([]);
      expect(await hub(`select state from link where state <> 'live'`)).toEqual([
        { state: 'deleted' },
        { state: 'deleted' },
      ]);
      expect(await hub('select * from absent_record')).toEqual([]);
    },
  );

  it('or is asked about, once, and stays known as gone', async () => {
    await open(polledSpec());
    await pair.a.query(`delete from t where key = 'k3'`);
    await until(async () => (await conflicts()).length === 1);
    expect(await conflicts()).toEqual([{ unit: '$life', kind: 'delete' }]);
    await sweptTwice();
    expect(await keys('b')).toHaveLength(60);
    const seen = await hub(`select 1 from lineage where kind = 'observed' and units ? '$life'`);
    expect(seen).toHaveLength(1);
  });

  it('those known to be gone are not missing again: they do not add up to an alarm', async () => {
    await open(polledSpec({ aDeleted: 'ignore' }));
    for (const last of [15, 30, 45]) {
      await pair.a.query('delete from t where id <= $1', [last]);
      await until(
        async () =>
          (await hub(`select 1 from lineage where kind = 'observed' and units ? '$life'`)).length === last,
      );
    }
    await sweptTwice();
    expect(await hub('select state from pipeline')).toEqual([{ state: 'running' }]);
    expect(await keys('b')).toHaveLength(60);
  });

  it('nor do those that are out of scope, of which nothing is deleted elsewhere; a stranger out of scope is none', async () => {
    await open({ ...polledSpec({ aDeleted: 'delete' }), scope: { a: { filter: 'row.y != "out"' } } });
    await pair.a.query(`update t set y = 'out' where id <= 30`);
    const excluded = async () =>
      (await hub<{ n: number }>(`select count(*)::int as n from link where excluded = 'A'`))[0]?.n;
    await until(async () => (await excluded()) === 30);
    await pair.a.query(`delete from t where id <= 31`);
    await pair.a.query(`insert into t (key, x, y, updated_at) values ('strange', 'x', 'out', 'epoch')`);
    await until(async () => (await keys('b')).length === 59);
    await sweptTwice();
    expect(await hub('select state from pipeline')).toEqual([{ state: 'running' }]);
    expect(await keys('b')).toHaveLength(59);
    expect(await hub('select * from unmatched')).toEqual([]);
    expect(await excluded()).toBe(30);
  });

  it('deleted there and edited here while nobody looked: a person is asked', async () => {
    await open(polledSpec({ aDeleted: 'delete', bDeleted: 'delete' }));
    await pair.stop();
    await pair.a.query(`delete from t where key = 'k4'`);
    await pair.b.query(`update t set x = 'worth keeping' where key = 'k4'`);
    await pair.start(timing);
    await until(async () => (await conflicts()).length === 1);
    expect(await conflicts()).toEqual([{ unit: '$life', kind: 'delete-vs-edit' }]);
    expect(await row('b', 'k4')).toMatchObject({ x: 'worth keeping' });
  });

  it('a record that is there again at the second look was never gone', async () => {
    await open(polledSpec({ aDeleted: 'delete' }));
    const [held] = (await pair.a.query<Record<string, unknown>>(`delete from t where key = 'k5' returning *`))
      .rows;
    await until(async () => (await hub('select 1 from absent_record')).length === 1);
    await pair.a.query(`insert into t (id, key, x, y) values ($1, 'k5', 'x5', 'y5')`, [held?.id]);
    await sweptTwice();
    await pair.quiet();
    expect(await keys('b')).toHaveLength(60);
    expect(await hub(`select 1 from lineage where units ? '$life'`)).toEqual([]);
  });

  it('an edit, and a new record, that did not move the stamp are found', async () => {
    await open(polledSpec());
    await pair.a.query('alter table t disable trigger touch');
    await pair.a.query(`update t set updated_at = now() - interval '1 day'`);
    await pair.a.query(`update t set x = 'behind the back', y = 'this too' where key = 'k6'`);
    await pair.a.query(
      `insert into t (key, x, y, updated_at) values ('k61', 'n', 'n', now() - interval '2 days')`,
    );
    await until(async () => (await row('b', 'k6'))?.x === 'behind the back');
    await until(async () => (await row('b', 'k61')) !== undefined);
    expect(await row('b', 'k6')).toEqual({ x: 'behind the back', y: 'this too' });
    expect(await conflicts()).toEqual([]);
  });

  it('such an edit is not dated by a stamp that says nothing about it', async () => {
    await open(polledSpec());
    await pair.a.query('alter table t disable trigger touch');
    await pair.a.query(`update t set updated_at = now() - interval '1 day'`);
    await sweptTwice();
    // Nothing is written there meanwhile, so that both edits stand.
    await pause(pair.hub.general, { name: 'polled', side: 'A', by: 'test', reason: 'test' });
    await sleep(1500);
    await pair.a.query(`update t set y = 'on A' where key = 'k8'`);
    await pair.b.query(`update t set y = 'on B' where key = 'k8'`);
    await until(async () => (await conflicts()).length === 1);
    expect(await conflicts()).toEqual([{ unit: 'y', kind: 'tie' }]);
    expect([await row('a', 'k8'), await row('b', 'k8')]).toMatchObject([{ y: 'on A' }, { y: 'on B' }]);
  });
});
