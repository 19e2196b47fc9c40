import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { HubPools } from '../../src/database/pools.js';
import { clearDue, readDue, setDue } from '../../src/database/sql/lane/due.js';
import { lookAgain } from '../../src/database/sql/review/registers.js';
import { run } from '../../src/database/sql/statement.js';
import { migratedDatabase, type TestDatabase } from '../support/test-database.js';

describe('a decision that is being stored while the engine is done with its record', () => {
  let database: TestDatabase;
  let pools: HubPools;
  beforeAll(async () => {
    database = await migratedDatabase();
    pools = new HubPools(database.url);
    await pools.general.query(`insert into pipeline (name, state) values ('p', 'running')`);
  });
  beforeEach(async () => {
    await pools.general.query(`
      delete from shadow; delete from push_due;
      insert into shadow (link_id, pipeline_id, rev, clock, fields) values (7, 1, 3, 'A1|', '{}');
      insert into push_due (link_id, pipeline_id, due_at, reason) values (7, 1, now() - interval '1 minute', 'receipt')`);
  });
  afterAll(async () => {
    await pools.close();
    await database.drop();
  });

  const decides = async (steward: pg.PoolClient): Promise<void> => {
    await steward.query('update shadow set rev = rev + 1 where link_id = 7');
    await run(steward, lookAgain, [7, 1, Date.now() - 1, 'decision']);
  };
  const far = 100 * 365 * 86_400_000;
  const seen = async (): Promise<string> =>
    (await run(pools.lane, readDue, [1, 10])).find((row) => row.link_id === 7)?.version ?? '';

  /** What the engine does when it has read the registers before the decision, and comes to store after it. */
  const meanwhile = async (
    engine: (began: string, version: string) => Promise<unknown>,
    asks: (steward: pg.PoolClient) => Promise<unknown> = decides,
  ): Promise<unknown> => {
    const version = await seen();
    const steward = await pools.general.connect();
    await steward.query('begin');
    await asks(steward);
    const { rows } = await pools.general.query<{ at: string }>('select clock_timestamp()::text as at');
    const storing = engine(rows[0]?.at ?? '', version);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await steward.query('commit');
    steward.release();
    await storing;
    const due = await pools.general.query(
      `select reason from push_due where link_id = 7 and due_at <= clock_timestamp()`,
    );
    return due.rows.length;
  };

  it('does not lose its turn when nothing else is due', async () => {
    expect(await meanwhile((_, version) => run(pools.lane, clearDue, [1, [7], [3], [version]]))).toBe(1);
  });

  it('does not lose its turn to something far away', async () => {
    expect(
      await meanwhile((began, version) =>
        run(pools.lane, setDue, [
          1,
          [7],
          [3],
          [far],
          ['waits for A'],
          began,
          JSON.stringify({ 7: version }),
          [],
        ]),
      ),
    ).toBe(1);
  });

  const wakes = (other: pg.PoolClient) =>
    other.query(
      `update push_due set due_at = clock_timestamp(), reason = 'reference', woken = true where link_id = 7`,
    );

  it('is woken by a change of another record that began before and ends after the look', async () => {
    expect(await meanwhile((_, version) => run(pools.lane, clearDue, [1, [7], [3], [version]]), wakes)).toBe(
      1,
    );
  });

  it('stays woken so when it is to be looked at much later', async () => {
    const later = (began: string, version: string) =>
      run(pools.lane, setDue, [
        1,
        [7],
        [3],
        [far],
        ['waits for A'],
        began,
        JSON.stringify({ 7: version }),
        [],
      ]);
    expect(await meanwhile(later, wakes)).toBe(1);
    expect((await pools.general.query('select woken from push_due')).rows).toEqual([{ woken: true }]);
    // Looked at with what it was woken for in sight.
    await later('infinity', await seen());
    expect((await pools.general.query('select woken from push_due')).rows).toEqual([{ woken: false }]);
  });

  it('leaves nothing behind when nobody decided', async () => {
    await run(pools.lane, clearDue, [1, [7], [3], [await seen()]]);
    expect((await pools.general.query('select from push_due')).rowCount).toBe(0);
  });
});
