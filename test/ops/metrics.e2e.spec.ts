import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { blockUnit, openConflict, runningPipeline } from './fixtures.js';
import { startTestService, type TestService } from './service.js';

describe('metrics', () => {
  let service: TestService;
  let text: string;
  beforeAll(async () => {
    service = await startTestService();
    const { pools } = service;
    const pair = await runningPipeline(pools);
    await openConflict(pools, pair, pair.links[0]!);
    // A person said so, whatever the file says.
    await pools.general.query('update review_item set urgency = 0 where link_id = $1', [pair.links[0]]);
    await blockUnit(pools, pair, pair.links[1]!);
    await pools.general.query(
      `insert into counter (pipeline_id, name, labels, value)
       values ($1, 'changes', 'A', 12), ($1, 'writes', 'result=applied,side=B', 11), ($1, 'writes', 'result=missed,side=B', 1),
              ($1, 'conflicts_opened', 'kind=value,unknown=dropped', 1), ($1, 'of_a_newer_version', '', 1)`,
      [pair.pipeline],
    );
    await service.get('/api/v1/pipelines/companies');
    await service.get('/api/v1/pipelines/secret-name');
    const answer = await service.get('/metrics');
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
    text = await answer.text();
  });
  afterAll(() => service.close());

  it.each([
    'accord_database_up 1',
    'accord_lag_seconds{pipeline="companies",side="A"} 0',
    'accord_changes_observed_total{side="A",pipeline="companies"} 12',
    'accord_writes_total{result="applied",side="B",pipeline="companies"} 11',
    'accord_writes_total{result="missed",side="B",pipeline="companies"} 1',
    'accord_conflicts_opened_total{kind="value",pipeline="companies"} 1',
    'accord_conflicts_open{pipeline="companies",priority="urgent"} 1',
    'accord_dead_letters{pipeline="companies",side="B",reason="value-too-long"} 1',
    'accord_records{pipeline="companies",state="in_sync"} 1',
    'accord_records{pipeline="companies",state="unsettled"} 2',
    'accord_pipeline_health{pipeline="companies",health="attention"} 1',
    'accord_outbox_depth 0',
  ])('say %s', (line) => {
    expect(text.split('\n')).toContain(line);
  });

  it('say what runs, how late the event loop is, and how old the oldest conflict', () => {
    expect(text).toMatch(/accord_build_info\{version="\d+\.\d+\.\d+",node="v\d+/);
    expect(text).toMatch(/accord_nodejs_eventloop_lag_seconds /);
    const age = /accord_conflict_oldest_age_seconds\{pipeline="companies"\} ([\d.]+)/.exec(text);
    expect(Number(age?.[1])).toBeGreaterThanOrEqual(3_600);
  });

  it('time requests by the pattern of their route, never by what they name', () => {
    expect(text).toMatch(
      /accord_http_request_duration_seconds_count\{method="GET",route="\/api\/v1\/pipelines\/:name",status="200"\} 1/,
    );
    expect(text).toMatch(/route="\/api\/v1\/pipelines\/:name",status="404"/);
    expect(text).not.toContain('secret-name');
  });

  it('go on without the database, for whoever has read them before, and for nobody else', async () => {
    const lonely = await startTestService();
    try {
      expect((await lonely.get('/metrics')).status).toBe(200);
      await new Promise((resolve) => setTimeout(resolve, 2_100));
      await lonely.pools.general.end();
      const answer = await lonely.get('/metrics');
      expect(answer.status).toBe(200);
      expect(await answer.text()).toContain('accord_database_up 0');
      const other = await fetch(`${lonely.url}/metrics`, {
        headers: { authorization: `Bearer ${lonely.tester.token}` },
      });
      expect([other.status, (await fetch(`${lonely.url}/metrics`)).status]).toEqual([503, 401]);
      expect((await lonely.get('/api/v1/pipelines')).status).toBe(503);
    } finally {
      await lonely.app.close().catch(() => undefined);
      await lonely.database.drop();
    }
  });
});
