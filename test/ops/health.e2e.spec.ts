import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Draining } from '../../src/ops/draining.js';
import { startTestService, type TestService } from './service.js';

describe('health', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService();
  });
  afterAll(() => service.close());

  it('is live whatever else is the matter', async () => {
    const answer = await service.get('/health/live');
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ status: 'ok' });
  });

  it('is ready when the database answers and has the schema of this version', async () => {
    const answer = await service.get('/health/ready');
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      status: 'ok',
      checks: {
        database: { status: 'ok' },
        migrations: { status: 'ok', detail: expect.stringMatching(/^\d{4}_/) },
      },
    });
  });

  it('is not ready when a migration is missing, nor when a newer version was there', async () => {
    await service.pools.general.query(
      `update schema_migration set name = '9999_future' where name = '0001_initial'`,
    );
    const answer = await service.get('/health/ready');
    expect(answer.status).toBe(503);
    const { checks } = await answer.json();
    expect(checks.database.status).toBe('ok');
    expect(checks.migrations.detail).toMatch(/not applied yet: 0001_initial.*newer version: 9999_future/);
    await service.pools.general.query(
      `update schema_migration set name = '0001_initial' where name = '9999_future'`,
    );
    expect((await service.get('/health/ready')).status).toBe(200);
  });

  it('is not ready, without naming the database, when it does not answer', async () => {
    const lonely = await startTestService();
    try {
      await lonely.pools.general.end();
      const answer = await lonely.get('/health/ready');
      expect(answer.status).toBe(503);
      expect((await answer.json()).checks.database).toEqual({ status: 'failed', detail: 'does not answer' });
      expect((await lonely.get('/health/live')).status).toBe(200);
    } finally {
      await lonely.app.close().catch(() => undefined);
      await lonely.database.drop();
    }
  });

  it('is not ready any more while it stops', async () => {
    service.app.get(Draining, { strict: false }).begin(new Date('2031-01-01T00:00:00Z'));
    const answer = await service.get('/health/ready');
    expect(answer.status).toBe(503);
    expect((await answer.json()).checks.draining).toEqual({
      status: 'failed',
      detail: 'stopping since 2031-01-01T00:00:00.000Z',
    });
  });
});
