import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { tendLoadedTables } from '../../src/database/loaded-tables.js';
import { HubPools } from '../../src/database/pools.js';
import { migratedDatabase, type TestDatabase } from '../support/test-database.js';

describe('the lineage after a first load', () => {
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

  /** Of values that do not compress. @returns pages from the first that is used to the last */
  const write = async (rows: number, bytes: number): Promise<readonly [number, number]> => {
    const { rows: places } = await pools.general.query<{ page: number }>(
      `insert into lineage (link_id, pipeline_id, kind, revision, units)
       select i, 1, 'observed', 1, jsonb_build_object('x', (select string_agg(md5(random()::text || i || n), '') from generate_series(1, $2::int / 32) n))
       from generate_series(1, $1::int) i returning (ctid::text::point)[0]::int as page`,
      [rows, bytes],
    );
    const pages = places.map(({ page }) => page);
    return [Math.min(...pages), Math.max(...pages)];
  };

  it('takes edits at its end, not in the gaps of pages that whole records have filled', async () => {
    const [, loaded] = await write(300, 1300);
    await pools.general.query('vacuum lineage');
    expect((await write(20, 320))[0]).toBeLessThan(loaded);
    await tendLoadedTables(pools.general, new Date());
    await pools.general.query('vacuum lineage');
    const [first, last] = await write(200, 320);
    expect(first).toBeGreaterThanOrEqual(loaded);
    expect(last).toBeLessThan(loaded + 20);
    await tendLoadedTables(pools.general, new Date());
  });
});
