import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CountsCache } from '../../src/ops/counts-cache.js';
import { blockUnit, openConflict, runningPipeline, type Pair } from './fixtures.js';
import { startTestService, type Answer, type TestService } from './service.js';

describe('the pipelines API', () => {
  let service: TestService;
  let pair: Pair;
  beforeAll(async () => {
    service = await startTestService();
    pair = await runningPipeline(service.pools);
  });
  afterAll(() => service.close());

  const fresh = async () => {
    service.app.get(CountsCache, { strict: false }).forget();
    const answer = await service.get('/api/v1/pipelines/companies');
    return answer.json();
  };

  it('lists pipelines with health in words, sides, counts and policies in words', async () => {
    const answer = await service.get('/api/v1/pipelines');
    expect(answer.status).toBe(200);
    const { items } = await answer.json();
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({
      name: 'companies',
      revision: 1,
      state: 'running',
      paused: null,
      health: 'ok',
      sentence: 'In sync: all 3 records agree.',
      sides: {
        A: { label: 'CRM', lagSeconds: 0, backlog: 0, error: null, paused: null },
        B: { label: 'Support' },
      },
      counts: { linked: 3, inSync: 3, conflicts: 0, held: 0, blocked: 0, unmatched: 0 },
      load: null,
      policies: {
        name: 'CRM owns it; edits elsewhere are put back',
        phone: expect.stringMatching(/^a value beats a blank; otherwise the newest edit stands/),
        notes: expect.stringMatching(/merged \(text\).*flows from CRM to Support only/),
        address: 'a person decides when both sides change it (decided together: street, city)',
        tier: expect.stringContaining('one rule decides'),
      },
    });
    expect(Object.keys(items[0].policies)).not.toContain('size');
  });

  it('counts what waits for people and says so', async () => {
    await openConflict(service.pools, pair, pair.links[0]!);
    await openConflict(service.pools, pair, pair.links[1]!, 'held');
    expect(await fresh()).toMatchObject({
      health: 'ok',
      counts: { linked: 3, inSync: 1, conflicts: 1, held: 1 },
      sentence:
        'In sync: 33.3 % of 3 records agree. 1 conflict waits for a decision, 1 decision can still be undone.',
    });
  });

  it('measures lag by what may not be applied yet, not by how long ago something was read', async () => {
    const { general } = service.pools;
    await general.query(
      `update side_state set caught_up_at = now() - interval '1 hour', read_at = now() - interval '1 hour'`,
    );
    expect((await fresh()).sides).toMatchObject({ A: { lagSeconds: 0 }, B: { lagSeconds: 0 } });

    await general.query(`update side_state set read_at = now() where side = 'A'`);
    const behind = await fresh();
    expect(behind.sides.A.lagSeconds).toBeGreaterThan(3_590);
    expect(behind.sides.B.lagSeconds).toBe(0);
    expect(behind).toMatchObject({
      health: 'catching-up',
      sentence: expect.stringMatching(/^Catching up: the oldest change of CRM has waited 60 minutes\./),
    });
    await general.query(`update side_state set caught_up_at = now()`);

    await general.query(
      `insert into attempt_batch (id, pipeline_id, side, kind, state, items, sent_at) values (1, $1, 'B', 'update', 'sent', 40, now() - interval '20 seconds')`,
      [pair.pipeline],
    );
    const underWay = await fresh();
    expect(underWay.sides.A.lagSeconds).toBeGreaterThanOrEqual(20);
    expect(underWay.sides).toMatchObject({ A: { backlog: 40 }, B: { backlog: 0, lagSeconds: 0 } });
    await general.query('delete from attempt_batch');

    await general.query(`update side_state set caught_up_at = null where side = 'B'`);
    expect(await fresh()).toMatchObject({
      sides: { B: { lagSeconds: null } },
      sentence: expect.stringContaining('Support has not been read to the end'),
    });
    await general.query(`update side_state set caught_up_at = now(), read_at = now()`);
  });

  it('reports a side that cannot be used as down, in the words of its error', async () => {
    await service.pools.general.query(
      `update side_state set error_code = 'permission-missing', error_detail = 'INSERT on orgs was revoked', error_since = now() where side = 'B'`,
    );
    expect(await fresh()).toMatchObject({
      health: 'down',
      sentence: expect.stringContaining(
        'Support: INSERT on orgs was revoked (permission-missing). Changes wait; none is lost.',
      ),
      sides: { B: { error: { code: 'permission-missing' } } },
    });
    await service.pools.general.query(
      `update side_state set error_code = null, error_detail = null, error_since = null`,
    );
  });

  it('pauses and resumes the pipeline, keeping who paused first and why', async () => {
    const paused = await service.post('/api/v1/pipelines/companies/pause', { reason: 'moving the CRM' });
    expect(paused.status).toBe(200);
    expect(await paused.json()).toMatchObject({
      health: 'attention',
      paused: { by: 'Ann Tester', reason: 'moving the CRM' },
      sentence: expect.stringContaining('Paused by Ann Tester (moving the CRM)'),
    });
    await service.post('/api/v1/pipelines/companies/pause', { reason: 'again' });
    expect((await fresh()).paused.reason).toBe('moving the CRM');
    const resumed = await service.post('/api/v1/pipelines/companies/resume');
    expect(await resumed.json()).toMatchObject({ health: 'ok', paused: null });
  });

  it('pauses one side and leaves the other', async () => {
    const answer = await service.post('/api/v1/pipelines/companies/pause', {
      side: 'B',
      reason: 'maintenance',
    });
    expect(await answer.json()).toMatchObject({
      paused: null,
      health: 'attention',
      sides: { A: { paused: null }, B: { paused: { reason: 'maintenance' } } },
      sentence: expect.stringContaining(
        'Support is paused by Ann Tester (maintenance): nothing is written there.',
      ),
    });
    expect((await service.post('/api/v1/pipelines/companies/resume', { side: 'B' })).status).toBe(200);
    expect((await fresh()).sides.B.paused).toBeNull();
  });

  it('takes a halted pipeline up again', async () => {
    await service.pools.general.query(
      `update pipeline set state = 'halted', state_detail = 'CRM was replaced by another database'`,
    );
    expect(await fresh()).toMatchObject({
      health: 'down',
      sentence: 'Halted: CRM was replaced by another database. Nothing is written until someone resumes it.',
    });
    expect(await (await service.post('/api/v1/pipelines/companies/resume')).json()).toMatchObject({
      state: 'new',
    });
    await service.pools.general.query(`update pipeline set state = 'running'`);
  });

  it('does not take up a pipeline whose side was restored before somebody has said what is right', async () => {
    await service.pools.general.query(`update pipeline set state = 'halted', state_detail = 'restored'`);
    await service.pools.general.query(`update side_state set restored = 'ask' where side = 'A'`);
    expect((await fresh()).sides).toMatchObject({ A: { restored: true }, B: { restored: false } });
    const refused = await service.post('/api/v1/pipelines/companies/resume', {});
    expect([refused.status, (await refused.json()).code]).toEqual([409, 'choice-needed']);
    expect((await fresh()).state).toBe('halted');
    const wrong = await service.post('/api/v1/pipelines/companies/resume', { restored: 'maybe' });
    expect(wrong.status).toBe(422);
    const done = await service.post('/api/v1/pipelines/companies/resume', { restored: 'give-back' });
    expect((await done.json()).sides.A.restored).toBe(false);
    const { rows } = await service.pools.general.query(`select restored from side_state where side = 'A'`);
    expect(rows).toEqual([{ restored: 'give-back' }]);
    await service.pools.general.query(`update side_state set restored = null`);
    await service.pools.general.query(`update pipeline set state = 'running'`);
  });

  it.each([
    ['a pause without a reason', '/api/v1/pipelines/companies/pause', {}, 422, '/reason'],
    [
      'a side that does not exist',
      '/api/v1/pipelines/companies/pause',
      { side: 'a', reason: 'x' },
      422,
      '/side',
    ],
    ['a member that nobody knows', '/api/v1/pipelines/companies/resume', { force: true }, 422, '/force'],
    [
      'a record id of another kind',
      '/api/v1/pipelines/companies/dead-letters/retry',
      { record: 'cf_1' },
      422,
      '/record',
    ],
  ])('refuses %s by name', async (_, path, body, status, pointer) => {
    const answer = await service.post(path, body);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(await answer.json()).toMatchObject({
      code: 'invalid',
      errors: [{ pointer }],
      traceId: expect.any(String),
    });
  });

  it('names the pipelines there are when one does not exist', async () => {
    const answer = await service.get('/api/v1/pipelines/nothing');
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({
      code: 'not-found',
      detail: expect.stringContaining('there are: companies'),
    });
  });

  it('says what came and what went, hour by hour and day by day, and how old the open ones are', async () => {
    const { pools } = service;
    await pools.general.query('delete from conflict');
    await pools.general.query(
      `insert into conflict (id, pipeline_id, link_id, unit, key, state, kind, reason, title, candidates, policy, revision,
                             opened_at, changed_at, closed_at, close_reason)
       select gen_random_uuid(), p.id, 900000 + n, 'phone', 'k', case when closed is null then 'open' else 'closed' end, 'value', '', '',
              '[]', '{}', 1, now() - opened, now() - coalesce(closed, opened), now() - closed, case when closed is not null then 'decided' end
       from pipeline p, (values (1, interval '1 minute', null), (2, '2 hours', null), (3, '3 days', null), (4, '30 days', null),
                                (5, '2 hours', interval '1 hour'), (6, '9 days', '2 hours'), (7, '40 days', '39 days')) as c(n, opened, closed)
       where p.name = 'companies'`,
    );
    const flow = async (by: string) =>
      (await service.get(`/api/v1/pipelines/companies/conflict-flow?by=${by}`)).json();
    const sum = (stretches: { opened: number; closed: number }[]) =>
      stretches.reduce((all, one) => [all[0]! + one.opened, all[1]! + one.closed], [0, 0]);
    const hours = await flow('hour');
    expect(hours.stretches).toHaveLength(24);
    expect(sum(hours.stretches)).toEqual([3, 2]);
    const days = await flow('day');
    expect(days.stretches).toHaveLength(14);
    expect(sum(days.stretches)).toEqual([5, 2]);
    expect(days.stretches[0].at).toMatch(/T00:00:00\.000Z$/);
    expect(days.ages).toEqual([
      { under: 3_600, count: 1 },
      { under: 14_400, count: 1 },
      { under: 86_400, count: 0 },
      { under: 604_800, count: 1 },
      { under: null, count: 1 },
    ]);
    expect(Date.now() - Date.parse(days.oldestAt)).toBeGreaterThan(29 * 86_400_000);
    expect((await service.get('/api/v1/pipelines/companies/conflict-flow?by=year')).status).toBe(422);
  });

  describe('dead letters', () => {
    beforeAll(async () => {
      await service.pools.general.query(`delete from conflict`);
      await service.pools.general.query(`update shadow set open = null`);
      for (const link of pair.links.slice(0, 2)) await blockUnit(service.pools, pair, link);
    });

    it('are grouped by cause', async () => {
      const { items } = await (await service.get('/api/v1/pipelines/companies/dead-letters')).json();
      expect(items).toEqual([
        {
          code: 'value-too-long',
          unit: 'phone',
          side: 'B',
          count: 2,
          detail: 'tel takes 20 characters',
          firstAt: expect.any(String),
          lastAt: expect.any(String),
          records: expect.arrayContaining(pair.links.slice(0, 2).map((id) => `rec_${id}`)),
        },
      ]);
      expect(await fresh()).toMatchObject({
        health: 'attention',
        sentence: expect.stringContaining('2 fields were refused by a side'),
      });
    });

    it('of one record are tried again: unblocked, due, and the rest of their registers kept', async () => {
      const [first, second] = pair.links;
      const retry = await service.post('/api/v1/pipelines/companies/dead-letters/retry', {
        record: `rec_${first!}`,
      });
      expect(await retry.json()).toEqual({ retried: 1 });
      const { rows } = await service.pools.general.query(
        `select link_id, rev, open, (select reason from push_due d where d.link_id = s.link_id) as due from shadow s where link_id = any($1) order by link_id`,
        [[first, second]],
      );
      expect(rows).toEqual([
        { link_id: first, rev: 2, open: { phone: { b: { v: '1' } } }, due: 'retry' },
        { link_id: second, rev: 1, open: { phone: { b: { v: '1' }, blk: expect.anything() } }, due: null },
      ]);
    });

    it('of another cause are left alone, and all go when none is named', async () => {
      const retry = (body: object): Promise<Answer> =>
        service.post('/api/v1/pipelines/companies/dead-letters/retry', body);
      expect(await (await retry({ code: 'other' })).json()).toEqual({ retried: 0 });
      expect(await (await retry({})).json()).toEqual({ retried: 1 });
      expect((await (await service.get('/api/v1/pipelines/companies/dead-letters')).json()).items).toEqual(
        [],
      );
    });
  });

  describe('the first load', () => {
    it('has no report before the sides are compared', async () => {
      const answer = await service.get('/api/v1/pipelines/companies/load');
      expect(answer.status).toBe(404);
      expect((await answer.json()).detail).toContain('no load report');
    });

    it('is accepted once, and only while it waits', async () => {
      await service.pools.general.query(
        `insert into load_report (pipeline_id, revision, linked, only_a, only_b, ambiguous, samples) values ($1, 1, 90, 8, 2, 1, '[{"kind":"only-a","a_id":"17","b_id":null,"detail":null}]')`,
        [pair.pipeline],
      );
      const early = await service.post('/api/v1/pipelines/companies/load/accept');
      expect(early.status).toBe(409);
      expect(await early.json()).toMatchObject({ code: 'not-waiting', state: 'running' });

      await service.pools.general.query(`update pipeline set state = 'report'`);
      expect(await fresh()).toMatchObject({
        health: 'attention',
        sentence: expect.stringContaining('until the report is accepted'),
      });
      const accepted = await service.post('/api/v1/pipelines/companies/load/accept');
      expect(accepted.status).toBe(200);
      expect(await accepted.json()).toMatchObject({
        linked: 90,
        onlyA: 8,
        onlyB: 2,
        ambiguous: 1,
        samples: [{ kind: 'only-a', a_id: '17', b_id: null, detail: null }],
        acceptedBy: 'Ann Tester',
        progress: null,
      });
      const again = await service.post('/api/v1/pipelines/companies/load/accept');
      expect(again.status).toBe(409);
      expect((await again.json()).detail).toContain('accepted by Ann Tester');
    });

    it('shows progress, rate and remaining time', async () => {
      await service.pools.general.query(`update pipeline set state = 'loading'`);
      await service.pools.general.query(
        `update load_report set phase = 'linking', done = 2500, total = 10000, started_at = now() - interval '5 seconds'`,
      );
      const { progress } = await (await service.get('/api/v1/pipelines/companies/load')).json();
      expect(progress).toMatchObject({
        phase: 'linking',
        done: 2_500,
        total: 10_000,
        secondsLeft: expect.any(Number),
      });
      expect(progress.ratePerSecond).toBeGreaterThan(400);
      expect(progress.ratePerSecond).toBeLessThanOrEqual(500);
      await service.pools.general.query(`update load_report set phase = 'create-b', finished_at = null`);
      const slower = await service.post('/api/v1/pipelines/companies/load/rate', { side: 'B', rate: '50/s' });
      expect(await slower.json()).toMatchObject({
        rate: { A: null, B: '50/s' },
        progress: { secondsLeft: 150, rate: { A: null, B: '50/s' } },
      });
      const wrong = await service.post('/api/v1/pipelines/companies/load/rate', { side: 'B', rate: 'fast' });
      expect([wrong.status, (await wrong.json()).code]).toEqual([422, 'invalid']);
      const freed = await service.post('/api/v1/pipelines/companies/load/rate', { side: 'B', rate: null });
      expect((await freed.json()).progress.secondsLeft).toBeLessThan(30);
      await service.pools.general.query(`update load_report set finished_at = now()`);
      const over = await service.post('/api/v1/pipelines/companies/load/rate', { side: 'B', rate: null });
      expect([over.status, (await over.json()).code]).toEqual([409, 'not-waiting']);
      await service.pools.general.query(`update load_report set finished_at = null`);
      expect((await fresh()).sentence).toMatch(
        /^First load of CRM and Support. 2,500 of 10,000 done, about \d+ seconds left\./,
      );
    });
  });
});
