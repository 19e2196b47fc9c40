import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateQueue } from '../../bench/queue/generate.js';
import { figureOf, measureQueue, missed } from '../../bench/queue/measure.js';
import { startTestService, type TestService } from '../ops/service.js';

describe('the bench of the queue', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService();
    const client = await service.pools.general.connect();
    await generateQueue(client, { open: 200, closed: 300 });
    client.release();
  });
  afterAll(() => service.close());

  it('looks at lists, takes what comes next and decides it, as stored by the engine', async () => {
    const figures = await measureQueue({ origin: service.url, headers: service.tester.headers, requests: 3 });
    expect(figures).toHaveLength(13);
    expect(figures.every(({ requests, p50, p95 }) => requests === 3 && p50 > 0 && p95 >= p50)).toBe(true);
    const { rows } = await service.pools.general.query(
      `select count(*)::int as decided, (select count(*)::int from review_item where state = 'held') as held from decision where outcome = 'held'`,
    );
    expect(rows).toEqual([{ decided: 3, held: 3 }]);
    const facets = await (await service.get('/api/v1/conflicts/facets?state=closed')).json();
    expect([facets.total, facets.state]).toEqual([300, { open: 197, held: 3, closed: 300 }]);
  });

  it('says which figures miss their goal', () => {
    const slow = figureOf('slow', [1, 2, 300], 200);
    expect([slow.p50, slow.p95, missed([slow, figureOf('fast', [1], 200)])]).toEqual([2, 300, [slow]]);
  });
});
