import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Endpoint, WriteBatch } from '../../../src/connectors/connector.js';
import { batchId, committed, createSide, drain, type Side } from './side.js';

describe('a write whose answer is lost', () => {
  let side: Side;
  let endpoint: Endpoint;
  beforeAll(async () => {
    side = await createSide(`create table company (id int primary key, name text);
      insert into company select g, 'old' from generate_series(1, 100) g`);
    endpoint = await side.open({ object: 'company', columns: ['name'] });
    await endpoint.install();
  });
  afterAll(() => side.close());

  const update = (id: string, value: string, record = '1', expected = 'old'): WriteBatch => ({
    id,
    items: [{ op: 'update', id: record, set: { name: value }, expect: { name: expected } }],
  });

  it('settles as committed with the same receipt, exceptions included, as often as it is asked', async () => {
    const id = batchId();
    const batch: WriteBatch = {
      id,
      items: [
        { op: 'update', id: '50', set: { name: 'new "50" \\' }, expect: { name: 'old' } },
        { op: 'update', id: '51', set: { name: 'new' }, expect: { name: 'not this' } },
        { op: 'update', id: '5100', set: { name: "o'new" }, expect: {} },
      ],
    };
    const receipt = committed(await endpoint.write(batch));
    expect(receipt.exceptions.map(({ kind }) => kind)).toEqual(['missed', 'gone']);
    expect(await endpoint.settle(id)).toEqual(receipt);
    expect(await endpoint.settle(id)).toEqual(receipt);
    // Sent again by somebody who did not hear the answer: the same answer, and nothing is written twice.
    await side.sql(`update company set name = 'old' where id = 50`);
    expect(await endpoint.write(batch)).toEqual(receipt);
    expect(await side.sql(`select name from company where id = 50`)).toEqual([{ name: 'old' }]);
  });

  it('settles as dead when it was never applied, and then never can be', async () => {
    const id = batchId();
    expect(await endpoint.settle(id)).toMatchObject({ status: 'dead' });
    expect(await endpoint.write(update(id, 'zombie', '2'))).toMatchObject({ status: 'dead' });
    expect(await side.sql(`select name from company where id = 2`)).toEqual([{ name: 'old' }]);
  });

  it('belongs to its consumer: another pipeline may use the same number', async () => {
    const other = await side.open({
      object: 'company',
      columns: ['name'],
      consumer: 'other/A',
      capture: { mode: 'snapshot' },
    });
    await other.install();
    const id = batchId();
    committed(await endpoint.write(update(id, 'one', '3')));
    committed(await other.write(update(id, 'two', '4')));
    await other.purge({ cursor: await other.now(), batchesBefore: id });
    expect(await other.settle(id)).toMatchObject({ status: 'dead' });
    expect(await endpoint.settle(id)).toMatchObject({ status: 'committed' });
    await endpoint.purge({ cursor: await endpoint.now(), batchesBefore: id });
    expect(await endpoint.settle(id)).toMatchObject({ status: 'dead' });
  });

  it('is certainly not applied when the session is killed before COMMIT', async () => {
    const id = batchId();
    const holder = await side.user.connect();
    await holder.query(`begin; update company set name = name where id = 5`);
    const writing = endpoint.write(update(id, 'killed', '5'));
    const pid = await writer();
    await side.sql(`select pg_terminate_backend($1)`, [pid]);
    expect(await writing).toMatchObject({ status: 'dead' });
    await holder.query('rollback');
    holder.release();
    expect(await endpoint.settle(id)).toMatchObject({ status: 'dead' });
    expect(await side.sql(`select name from company where id = 5`)).toEqual([{ name: 'old' }]);
  });

  it('is unknown while a copy is still under way, and settles once that is over', async () => {
    const id = batchId();
    const zombie = await side.user.connect();
    await zombie.query(`begin; insert into accord.applied (consumer, batch_id) values ('demo/A', ${id})`);
    expect(await endpoint.settle(id)).toMatchObject({ status: 'unknown' });
    await zombie.query('rollback');
    zombie.release();
    expect(await endpoint.settle(id)).toMatchObject({ status: 'dead' });
  }, 20_000);

  it('is settled exactly when the session is killed at any moment around COMMIT', async () => {
    // A deferred constraint trigger that sleeps keeps the session in its last statement long enough to be hit there.
    await side.sql(`create table slow (id int primary key, name text);
      insert into slow select g, 'old' from generate_series(1, 40) g;
      create function dawdle() returns trigger language plpgsql as $$ begin perform pg_sleep(0.01 + random() * 0.02); return null; end $$;
      create constraint trigger dawdle after update on slow deferrable initially deferred for each row execute function dawdle()`);
    const slow = await side.open({ object: 'slow', columns: ['name'], consumer: 'slow/A' });
    await slow.install();
    const start = await slow.now();
    const seen: Record<string, number> = {};
    for (let record = 1; record <= 40; record++) {
      const id = batchId();
      const writing = slow.write(update(id, 'new', String(record)));
      await delay(Math.random() * 40);
      await side.sql(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'accord test' and datname = current_database() and xact_start is not null`,
      );
      const answer = await writing.catch((error: unknown) => ({ status: 'thrown', error }));
      if (answer.status === 'thrown')
        expect((answer as { error: { retryable?: boolean } }).error.retryable).toBe(true);
      let settled = await slow.settle(id);
      for (let again = 0; settled.status === 'unknown' && again < 10; again++)
        settled = await slow.settle(id);
      expect(settled.status).not.toBe('unknown');
      seen[`${answer.status} → ${settled.status}`] = (seen[`${answer.status} → ${settled.status}`] ?? 0) + 1;
      const stands = (await side.sql(`select name from slow where id = $1`, [record]))[0]?.name;
      expect(stands).toBe(settled.status === 'committed' ? 'new' : 'old');
      if (answer.status === 'committed') expect(settled).toEqual(answer);
      if (answer.status === 'dead') expect(settled.status).toBe('dead');
    }
    expect(Object.keys(seen).length).toBeGreaterThan(1);
    expect((await drain(slow, start)).entries).toEqual([]);
  }, 60_000);

  async function writer(): Promise<unknown> {
    for (;;) {
      const rows = await side.sql(
        `select pid from pg_stat_activity where application_name = 'accord test' and datname = current_database() and wait_event_type = 'Lock'`,
      );
      if (rows.length > 0) return rows[0]?.pid;
      await delay(20);
    }
  }
});
