import { afterEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { resume } from '../../src/database/sql/pause.js';
import type { PipelineSpec } from '../../src/core/pipeline/spec.js';
import { filled, PLAIN_TABLE, POLLED_TABLE, polledSpec } from '../support/polled-pair.js';
import { SyncPair } from '../support/sync-pair.js';

const timing = { absenceMs: 700 };
const deleting = { aDeleted: 'delete' } as const;

describe('much that is missing at once on a side without a log', () => {
  let pair: SyncPair;
  const open = async (of: PipelineSpec, rows: number): Promise<void> => {
    pair = await SyncPair.open({ a: POLLED_TABLE + filled(rows), b: PLAIN_TABLE }, of);
    await pair.start(timing);
    await pair.quiet();
  };
  afterEach(() => pair.close());

  const pipeline = async () =>
    (
      await pair.hub.general.query<{ state: string; state_detail: string | null }>(
        'select state, state_detail from pipeline',
      )
    ).rows[0];
  const count = async (side: 'a' | 'b') =>
    (await pair[side].query<{ n: number }>('select count(*)::int as n from t')).rows[0]?.n;
  const until = async (condition: () => Promise<boolean>) => {
    for (let i = 0; i < 200 && !(await condition()); i++) await sleep(50);
    expect(await condition()).toBe(true);
  };
  /** When the last round of reading A through began. */
  const begun = async () =>
    (await pair.hub.general.query<{ at: string }>(`select started_at::text as at from absence_sweep`)).rows[0]
      ?.at;
  const halted = () => until(async () => (await pipeline())?.state === 'halted');
  const moved = async () =>
    (await pair.hub.general.query(`select 1 from lineage where units ? '$life'`)).rows.length;

  it.each([
    ['emptied by DELETE', 'delete from t'],
    ['emptied by TRUNCATE', 'truncate t'],
    ['all but a few deleted', `delete from t where key not in ('k1', 'k2')`],
  ])('halts the pipeline and deletes nothing: %s', async (_, statement) => {
    await open(polledSpec(deleting), 100);
    await pair.a.query(statement);
    await halted();
    const detail = (await pipeline())?.state_detail;
    expect(detail).toMatch(/^CRM: (100|98) of 100 linked records cannot be found/);
    expect(await count('b')).toBe(100);
    expect(await moved()).toBe(0);

    // Resumed while nothing has changed, it looks again and halts again.
    const before = await begun();
    await resume(pair.hub.general, 'polled', null);
    await until(async () => (await begun()) !== before);
    await halted();
    expect(await count('b')).toBe(100);
  });

  it('halts as well where few are linked and more than half of them are missing', async () => {
    await open(polledSpec(deleting), 6);
    await pair.a.query(`delete from t where id > 2`);
    await halted();
    expect(await count('b')).toBe(6);
  });

  it('goes on when the rows are back', async () => {
    await open(polledSpec(deleting), 100);
    await pair.a.query('create table kept as select * from t; delete from t where id > 50');
    await halted();
    await pair.a.query(
      `insert into t select * from kept where id > 50; update t set x = 'restored' where id = 60`,
    );
    await resume(pair.hub.general, 'polled', null);
    await until(async () => (await pair.b.query(`select 1 from t where x = 'restored'`)).rows.length === 1);
    await sleep(1500);
    await pair.quiet();
    expect(await count('b')).toBe(100);
    expect(await moved()).toBe(0);
  });

  it('is deleted where the pipeline allows so many', async () => {
    await open(polledSpec({ ...deleting, guard: { maxCount: 60 } }), 100);
    await pair.a.query(`delete from t where id <= 45`);
    await until(async () => (await count('b')) === 55);
    expect((await pipeline())?.state).toBe('running');
  });

  it('is not taken for deleted when the table is emptied between the two looks', async () => {
    await open(polledSpec(deleting), 100);
    await pair.stop();
    await pair.start({ absenceMs: 4000 });
    await pair.a.query(`delete from t where id = 1`);
    await until(async () => (await pair.hub.general.query('select 1 from absent_record')).rows.length === 1);
    await pair.a.query('truncate t');
    await halted();
    expect((await pipeline())?.state_detail).toContain('CRM');
    expect(await count('b')).toBe(100);
    expect(await moved()).toBe(0);
  });

  it('is not taken for deleted where the system may only hide it', async () => {
    const role = `reader_${randomUUID().slice(0, 8)}`;
    pair = await SyncPair.open(
      {
        a: `${POLLED_TABLE} ${filled(100)}; create role ${role} login password 'secret'; grant all on t to ${role};
            grant usage on sequence t_id_seq to ${role}; create schema accord authorization ${role}`,
        b: PLAIN_TABLE,
      },
      polledSpec(deleting),
      { a: role },
    );
    await pair.start(timing);
    await pair.quiet();
    await pair.a.query(
      `create policy most on t for all to ${role} using (id > 1); alter table t enable row level security`,
    );
    await until(async () => (await pair.hub.general.query('select 1 from absent_record')).rows.length === 1);
    await sleep(2500);
    expect(await count('b')).toBe(100);
    expect(await moved()).toBe(0);
    await pair.stop();
    await pair.a.query(`drop owned by ${role} cascade; drop role ${role}`);
  });

  it('cannot be read at all: the side says so, and nothing is taken for deleted', async () => {
    await open(polledSpec(deleting), 100);
    await pair.a.query('alter table t rename to elsewhere');
    await until(
      async () =>
        (await pair.hub.general.query(`select 1 from side_state where side = 'A' and error_code is not null`))
          .rows.length === 1,
    );
    await sleep(1500);
    expect(await count('b')).toBe(100);
    expect(await moved()).toBe(0);
    await pair.a.query(`alter table elsewhere rename to t; update t set x = 'back' where id = 3`);
    await until(async () => (await pair.b.query(`select 1 from t where x = 'back'`)).rows.length === 1);
  });
});
