import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HubPools } from '../../src/database/pools.js';
import { inTransaction } from '../../src/database/transaction.js';
import { migratedDatabase, type TestDatabase } from '../support/test-database.js';

describe('the pools of the hub', () => {
  let database: TestDatabase;
  let pools: HubPools;
  beforeAll(async () => {
    database = await migratedDatabase();
    pools = new HubPools(database.url);
  });
  afterAll(async () => {
    await pools.close();
    await database.drop();
  });

  it('plan the statements of the lane by key, and only those', async () => {
    const settings = `select current_setting('plan_cache_mode') as plan, current_setting('enable_seqscan') as seqscan,
      current_setting('enable_hashjoin') as hashjoin, current_setting('enable_mergejoin') as mergejoin, current_setting('jit') as jit`;
    expect((await pools.lane.query(settings)).rows).toEqual([
      { plan: 'force_generic_plan', seqscan: 'off', hashjoin: 'off', mergejoin: 'off', jit: 'off' },
    ]);
    expect((await pools.general.query(settings)).rows).toMatchObject([
      { plan: 'auto', seqscan: 'on', hashjoin: 'on' },
    ]);
  });

  it('survive a connection that breaks between two statements of whoever holds it', async () => {
    for (const pool of [pools.lane, pools.general]) {
      const client = await pool.connect();
      const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
      await pools.general.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
      await new Promise((resolve) => setTimeout(resolve, 100));
      await expect(client.query('select 1')).rejects.toThrow(/connection/i);
      client.release(true);
    }
    expect((await pools.lane.query('select 1 as still')).rows).toEqual([{ still: 1 }]);
  });

  it('read bigint as a number, alone and in arrays, and refuse one that would not be exact', async () => {
    const { rows } = await pools.general.query(
      `select 9007199254740991::bigint as id, array[1, null]::bigint[] as ids, null::bigint as none`,
    );
    expect(rows).toEqual([{ id: 9_007_199_254_740_991, ids: [1, null], none: null }]);
    await expect(pools.lane.query('select 9007199254740992::bigint')).rejects.toThrow(/9007199254740992/);
    expect((await pools.lane.query('select 1 as still')).rows).toEqual([{ still: 1 }]);
  });

  it('roll a failed transaction back and use the connection again', async () => {
    const failed = inTransaction(pools.general, async (client) => {
      await client.query(`insert into counter (pipeline_id, name) values (1, 'undone')`);
      await client.query('select 1 / 0');
    });
    await expect(failed).rejects.toThrow(/division by zero/);
    expect((await pools.general.query('select from counter')).rowCount).toBe(0);
    await inTransaction(pools.general, (client) =>
      client.query(`insert into counter (pipeline_id, name) values (1, 'done')`),
    );
    expect((await pools.general.query('select name from counter')).rows).toEqual([{ name: 'done' }]);
  });

  it('survive the loss of a connection, inside a transaction and idle', async () => {
    const killed = inTransaction(pools.general, async (client) => {
      const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
      await pools.lane.query('select pg_terminate_backend($1)', [rows[0]!.pid]);
      await client.query('select 1');
    });
    await expect(killed).rejects.toThrow(/terminat|connection/);
    await pools.lane.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
    );
    while (pools.general.idleCount > 0) await new Promise((resolve) => setTimeout(resolve, 10));
    expect((await pools.general.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });
});
