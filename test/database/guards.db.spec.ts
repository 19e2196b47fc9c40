import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isBlank, type Canon } from '../../src/core/value.js';
import { HubPools } from '../../src/database/pools.js';
import { isBlankJson, recallOperations } from '../../src/database/sql/lane/guards.js';
import { run } from '../../src/database/sql/statement.js';
import { migratedDatabase, type TestDatabase } from '../support/test-database.js';

const HOUR = 3_600_000;

describe('what guards recall of the lineage', () => {
  let database: TestDatabase;
  let pools: HubPools;
  beforeAll(async () => {
    database = await migratedDatabase();
    pools = new HubPools(database.url);
    await pools.general.query(`
      insert into pipeline (name, state) values ('p', 'running');
      insert into link (id, pipeline_id, state, a_id, b_id) overriding system value
        select i, 1, 'live', i::text, i::text from generate_series(1, 30) i;
      insert into lineage (link_id, pipeline_id, kind, side, recorded_at, revision, units)
        select i, 1, 'observed', 'A', now() - i * interval '1 second', 1, '{"x": {"o": "x", "v": null, "k": "observed"}}'
        from generate_series(1, 30) i`);
  });
  afterAll(async () => {
    await pools.close();
    await database.drop();
  });

  const blanked = async (enough: number) =>
    (await run(pools.general, recallOperations, [1, HOUR, HOUR, HOUR, 0, enough, 0])).map(
      (row) => row.link_id,
    );

  it('is what came last, as much as it takes to trip, oldest first', async () => {
    expect(await blanked(1000)).toEqual(Array.from({ length: 30 }, (_, i) => 30 - i));
    expect(await blanked(4)).toEqual([4, 3, 2, 1]);
    expect(await blanked(0)).toEqual([]);
  });

  it('leaves out records that take no part now', async () => {
    await pools.general.query(`update link set excluded = 'A' where id > 2`);
    expect(await blanked(1000)).toEqual([2, 1]);
    await pools.general.query('update link set excluded = null');
  });

  it('looks into no partition that is older than its windows', async () => {
    await pools.general.query(
      `create table lineage_2020_01 partition of lineage for values from ('2020-01-01') to ('2020-02-01')`,
    );
    const client = await pools.general.connect();
    try {
      await client.query('set plan_cache_mode = force_generic_plan');
      await client.query(
        `prepare recalled (int, bigint, bigint, bigint, bigint, bigint, bigint) as ${recallOperations.text}`,
      );
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(
        `explain execute recalled (1, ${String(HOUR)}, ${String(HOUR)}, ${String(HOUR)}, 1, 1, 1)`,
      );
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      expect(plan).toContain('Subplans Removed');
      expect(plan).not.toContain('lineage_2020_01');
    } finally {
      client.release(true);
    }
  });

  const values: readonly Canon[] = [
    null, '', ' ', '0', 0, 1, true, false, [], [''], [null], [[]], {}, { a: null }, { a: '' }, { a: 0 }, { a: false },
    { a: [] }, { a: [''] }, { a: {} }, { a: { b: null, c: '' } }, { a: { b: null, c: 5 } }, { a: { b: true } }, { a: 'x', b: null },
  ]; // prettier-ignore
  it('takes the same values for blank as the engine does', async () => {
    const { rows } = await pools.general.query<{ blank: boolean }>(
      `select ${isBlankJson('v')} as blank from unnest($1::jsonb[]) with ordinality as r(v, n) order by n`,
      [values.map((value) => JSON.stringify(value))],
    );
    expect(rows.map((row, i) => [values[i], row.blank])).toEqual(
      values.map((value) => [value, isBlank(value)]),
    );
  });
});
