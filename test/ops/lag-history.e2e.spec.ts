import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LagJob } from '../../src/ops/lag-job.js';
import { runningPipeline } from './fixtures.js';
import { startTestService, type TestService } from './service.js';

describe('the history of the lag', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService();
    await runningPipeline(service.pools);
  });
  afterAll(() => service.close());

  it('tells how far the sides were behind, and when that was not measured', async () => {
    const { pools } = service;
    const [row] = (
      await pools.general.query<{ id: number }>(`select id from pipeline where name = 'companies'`)
    ).rows;
    await pools.general.query(`truncate lag_minute`);
    await pools.general.query(
      `insert into lag_minute select $1, date_trunc('minute', now()) - ago::interval, side, seconds
       from (values ('26 hours', 'A', 900), ('3 hours', 'A', 7), ('3 hours', 'B', 2), ('20 days', 'B', 1)) as v (ago, side, seconds)`,
      [row!.id],
    );
    await service.app.get(LagJob, { strict: false }).dropOld();
    expect((await pools.general.query('select from lag_minute')).rowCount).toBe(3);
    const history = async (by: string) =>
      (await service.get(`/api/v1/pipelines/companies/lag-history?by=${by}`)).json();
    const known = ({ stretches }: { stretches: { A: number | null; B: number | null }[] }) =>
      stretches.filter(({ A, B }) => A !== null || B !== null).map(({ A, B }) => [A, B]);
    const hours = await history('hour');
    expect(hours).toMatchObject({ by: 'hour', seconds: 900 });
    expect(hours.stretches).toHaveLength(96);
    expect(known(hours)).toEqual([[7, 2]]);
    const days = await history('day');
    expect(days.stretches).toHaveLength(84);
    expect(known(days)).toContainEqual([900, null]);

    await service.app.get(LagJob, { strict: false }).run();
    await pools.general.query(
      `update side_state set error_since = now() - interval '5 minutes' where side = 'A'`,
    );
    await service.app.get(LagJob, { strict: false }).run();
    await pools.general.query(`update side_state set error_since = null`);
    await service.app.get(LagJob, { strict: false }).run();
    const worst = (await history('hour')).stretches.at(-1)!;
    expect(worst.A).toBeGreaterThan(299);
    expect(worst.B).toBeLessThan(60);
  });
});
