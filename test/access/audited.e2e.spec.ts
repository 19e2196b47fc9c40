import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OneTimeLinks } from '../../src/access/one-time-links.js';
import { verifyAudit } from '../../src/database/audit-verify.js';
import { blockUnit, openConflict, tripGuard, runningPipeline, type Pair } from '../ops/fixtures.js';
import { startTestService, type Answer, type TestService } from '../ops/service.js';
import { ReviewModule } from '../../src/review/review.module.js';
import { apiApp } from '../support/review-app.js';
import { actor, addPerson, signIn, testerPassword } from '../support/tester.js';
import { auditTrail } from './audit-trail.js';
import { leaves } from './leaves.js';
import { routesOf } from './routes.js';

describe('the audit log has every action', () => {
  let service: TestService;
  let pair: Pair;
  beforeAll(async () => {
    service = await startTestService();
    pair = await runningPipeline(service.pools);
  });
  afterAll(() => service.close());

  it('of every route that changes something', () => {
    const changing = routesOf(service.app).filter((route) => !route.startsWith('GET '));
    expect(changing).toEqual(Object.keys(leaves).sort());
  });

  /** The row that the last request left: the same request id, the same person. */
  async function last(route: string, answer: Answer, by = 'Ann Tester'): Promise<void> {
    expect([route, answer.status < 300]).toEqual([route, true]);
    const [row] = await auditTrail(service.pools);
    expect([route, row?.action, row?.actor_name, row?.request_id]).toEqual([
      route,
      leaves[route],
      by,
      answer.headers.get('x-request-id'),
    ]);
  }
  const send = (
    method: string,
    path: string,
    body: object,
    headers: Record<string, string> = {},
  ): Promise<Answer> =>
    fetch(`${service.url}/api/v1${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...service.tester.headers, ...headers },
      body: JSON.stringify(body),
    });

  it('on pipelines, with who, what and why', async () => {
    await last(
      'POST /api/v1/pipelines/:name/pause',
      await send('POST', '/pipelines/companies/pause', { side: 'A', reason: 'moving' }),
    );
    expect((await auditTrail(service.pools))[0]).toMatchObject({
      object: 'companies',
      pipeline: 'companies',
      actor_id: service.tester.id,
      detail: { side: 'A', reason: 'moving' },
    });
    await last('POST /api/v1/pipelines/:name/resume', await send('POST', '/pipelines/companies/resume', {}));
    await blockUnit(service.pools, pair, pair.links[0]!);
    await last(
      'POST /api/v1/pipelines/:name/dead-letters/retry',
      await send('POST', '/pipelines/companies/dead-letters/retry', { unit: 'phone' }),
    );
    expect((await auditTrail(service.pools))[0]!.detail).toMatchObject({ unit: 'phone', retried: 1 });
    await last(
      'POST /api/v1/pipelines/:name/verifications',
      await send('POST', '/pipelines/companies/verifications', { repair: true }),
    );
    expect((await auditTrail(service.pools))[0]).toMatchObject({ object: 'ver_1', detail: { repair: true } });
    for (const answer of ['release', 'discard'] as const) {
      const trip = await tripGuard(service.pools, pair);
      await last(
        `POST /api/v1/pipelines/:name/guards/:id/${answer}`,
        await send('POST', `/pipelines/companies/guards/${trip}/${answer}`, { note: 'as agreed' }),
      );
      expect((await auditTrail(service.pools))[0]).toMatchObject({
        object: trip,
        detail: { note: 'as agreed' },
      });
      const again = await send('POST', `/pipelines/companies/guards/${trip}/${answer}`, {});
      expect([again.status, ((await again.json()) as { code: string }).code]).toEqual([
        409,
        'already-decided',
      ]);
    }
    await last(
      'POST /api/v1/pipelines/:name/links',
      await send('POST', '/pipelines/companies/links', { a: 'one', b: 'other', note: 'same firm' }),
    );
    expect((await auditTrail(service.pools))[0]!.detail).toEqual({ a: 'one', b: 'other', note: 'same firm' });
    const [first, second] = pair.links;
    for (const [what, body] of [
      ['resync', {}],
      ['exclude', { reason: 'being cleaned up' }],
      ['include', { note: 'clean' }],
    ] as const) {
      const answer = await send('POST', `/records/rec_${String(pair.links[2])}/${what}`, body);
      await last(`POST /api/v1/records/:id/${what}`, answer);
      expect((await auditTrail(service.pools))[0]).toMatchObject({
        object: `rec_${String(pair.links[2])}`,
        pipeline: 'companies',
        detail: body,
      });
    }
    await last(
      'POST /api/v1/records/:id/unlink',
      await send('POST', `/records/rec_${String(first)}/unlink`, { note: 'two firms' }),
    );
    expect((await auditTrail(service.pools))[0]).toMatchObject({
      object: `rec_${String(first)}`,
      pipeline: 'companies',
      detail: { note: 'two firms' },
    });
    await service.pools.general.query(
      `with gone as (update link set state = 'deleted' where id = $1), anew as (delete from unmatched)
       update shadow set fields = fields || '{"$life": "deleted"}' where link_id = $1`,
      [first],
    );
    await last(
      'POST /api/v1/records/:id/restore',
      await send('POST', `/records/rec_${String(first)}/restore`, { note: 'needed' }),
    );
    expect((await auditTrail(service.pools))[0]!.detail).toEqual({ side: null, note: 'needed' });
    await last(
      'POST /api/v1/records/:id/merged',
      await send('POST', `/records/rec_${String(second)}/merged`, { side: 'A', into: 'another' }),
    );
    await service.pools.general.query(`update pipeline set state = 'report'`);
    await service.pools.general.query(
      `insert into load_report (pipeline_id, revision, linked, only_a, only_b, ambiguous, samples) values ($1, 1, 1, 0, 0, 0, '[]')`,
      [pair.pipeline],
    );
    await last(
      'POST /api/v1/pipelines/:name/load/rate',
      await send('POST', '/pipelines/companies/load/rate', { side: 'B', rate: '80/10s' }),
    );
    expect((await auditTrail(service.pools))[0]!.detail).toEqual({ side: 'B', rate: '80/10s' });
    await last(
      'POST /api/v1/pipelines/:name/load/accept',
      await send('POST', '/pipelines/companies/load/accept', {}),
    );
    const { rows } = await service.pools.general.query('select accepted_by from load_report');
    expect(rows).toEqual([{ accepted_by: 'Ann Tester' }]);
  });

  it('on the queue, with who and what', async () => {
    await openConflict(service.pools, pair, pair.links[2]!);
    const { items } = await (await service.get('/api/v1/conflicts')).json();
    const { id, etag } = items[0] as { id: string; etag: string };
    const { id: bob } = await addPerson(service.pools, {
      email: 'opinion@example.org',
      name: 'Olga',
      grants: [{ role: 'steward', pipeline: '*' }],
    }).then(() => signIn(service.url, 'opinion@example.org'));
    const olga = await signIn(service.url, 'opinion@example.org');
    const tag = async (): Promise<string> =>
      (await (await service.get(`/api/v1/conflicts/${id}`)).json()).work.etag as string;
    const told = async (
      method: string,
      path: string,
      body: object,
      headers: Record<string, string> = {},
    ): Promise<void> => {
      const by = headers.cookie === olga.headers.cookie ? 'Olga' : 'Ann Tester';
      await last(
        `${method} /api/v1/conflicts${path}`,
        await send(method, `/conflicts${path.replace(':id', id)}`, body, headers),
        by,
      );
      expect((await auditTrail(service.pools))[0]).toMatchObject({ object: id, pipeline: 'companies' });
    };
    await told('POST', '/next', {});
    await told('POST', '/:id/release', {});
    await told('POST', '/:id/claim', {});
    await told('PATCH', '/:id', { priority: 'low' }, { 'if-match': await tag() });
    expect((await auditTrail(service.pools))[0]!.detail).toEqual({
      priority: { from: 'normal', to: 'low', by: 'person' },
    });
    await told('POST', '/:id/comments', { text: 'look' });
    await told('POST', '/:id/second-opinion', { of: bob }, { 'if-match': await tag() });
    await told('POST', '/:id/second-opinion/answer', { text: 'A' }, { ...olga.headers, 'if-match': etag });
    await told('POST', '/:id/skip', {});
    await told('POST', '/:id/snooze', {}, { 'if-match': await tag() });
    await told('POST', '/:id/unsnooze', {});
    await service.pools.general.query(`delete from conflict`);
    await service.pools.general.query(`delete from review_item`);
  });

  it('nothing of what was not done', async () => {
    const before = (await auditTrail(service.pools)).length;
    for (const [path, body] of [
      ['/pipelines/nowhere/pause', { reason: 'x' }],
      ['/pipelines/nowhere/resume', {}],
      ['/pipelines/companies/load/accept', {}],
      ['/pipelines/companies/load/rate', { side: 'A', rate: 'fast' }],
      ['/pipelines/companies/pause', {}],
    ] as const)
      expect((await send('POST', path, body)).status).toBeGreaterThanOrEqual(400);
    expect(await auditTrail(service.pools)).toHaveLength(before);
  });

  it('by a token, with its name and whose it is', async () => {
    const authorization = `Bearer ${service.tester.token}`;
    const answer = await service.post(
      '/api/v1/pipelines/companies/resume',
      {},
      { cookie: '', authorization },
    );
    await last('POST /api/v1/pipelines/:name/resume', answer, 'Ann Tester (token tests)');
    expect((await auditTrail(service.pools))[0]).toMatchObject({
      actor_kind: 'token',
      actor_id: expect.stringMatching(/^tok_/),
    });
  });

  it('of who proved that it is whole', async () => {
    const path = '/audit-events/chain/verify';
    await last('POST /api/v1/audit-events/chain/verify', await send('POST', path, { from: 'start' }));
    await last('POST /api/v1/audit-events/chain/verify', await send('POST', path, { from: 'last' }));
    expect((await auditTrail(service.pools))[0]!.detail).toEqual({
      from: 'last',
      rows: 1,
      complete: true,
      faults: 0,
    });
    const chain = await (await service.get('/api/v1/audit-events/chain')).json();
    expect(chain).toMatchObject({ checked: { by: 'Ann Tester', complete: true, intact: true, faults: [] } });
    expect(chain.checked).toMatchObject({ upTo: chain.rows - 1, since: 0 });
  });

  it('on people, sessions and tokens', async () => {
    const invited = await send('POST', '/people', { email: 'a@example.org', name: 'A', grants: [] });
    await last('POST /api/v1/people', invited);
    const { person } = await invited.json();
    const path = `/people/${person.id as string}`;
    await last(
      'PATCH /api/v1/people/:id',
      await send('PATCH', path, { name: 'B' }, { 'if-match': person.etag }),
    );
    await last('POST /api/v1/people/:id/one-time-link', await send('POST', `${path}/one-time-link`, {}));
    const refuse = (email: string): Promise<unknown> =>
      service.pools.general.query(
        `insert into undeliverable (address, reason) values ($1, '550 no such user')`,
        [email],
      );
    await refuse('a@example.org');
    await last('POST /api/v1/people/:id/mail-again', await send('POST', `${path}/mail-again`, {}));

    await addPerson(service.pools, { email: 'bob@example.org', name: 'Bob' });
    const signedIn = await send(
      'POST',
      '/session',
      { email: 'bob@example.org', password: testerPassword },
      { cookie: '' },
    );
    await last('POST /api/v1/session', signedIn, 'Bob');
    const { headers } = await signIn(service.url, 'bob@example.org');
    await last(
      'PATCH /api/v1/me/notifications',
      await send('PATCH', '/me/notifications', { events: [{ event: 'daily', mode: 'off' }] }, headers),
      'Bob',
    );
    await refuse('bob@example.org');
    await last(
      'POST /api/v1/me/notifications/try-again',
      await send('POST', '/me/notifications/try-again', {}, headers),
      'Bob',
    );
    const made = await send('POST', '/tokens', { name: 't', scopes: ['records:read'], days: 1 }, headers);
    await last('POST /api/v1/tokens', made, 'Bob');
    const token = (await made.json()).token.id as string;
    await last('DELETE /api/v1/tokens/:id', await send('DELETE', `/tokens/${token}`, {}, headers), 'Bob');
    const change = { present: testerPassword, next: 'one that nobody knows' };
    await last(
      'POST /api/v1/session/password',
      await send('POST', '/session/password', change, headers),
      'Bob',
    );
    await last('DELETE /api/v1/session', await send('DELETE', '/session', {}, headers), 'Bob');

    await service.pools.general.query(`delete from person_grant where role = 'admin'`);
    const secret = await service.app.get(OneTimeLinks, { strict: false }).forFirstAdmin(actor('start'));
    const first = { secret, email: 'c@example.org', name: 'Cy', password: testerPassword };
    await last(
      'POST /api/v1/one-time-links/use',
      await send('POST', '/one-time-links/use', first, { cookie: '' }),
      'Cy',
    );
    expect((await auditTrail(service.pools))[1]).toMatchObject({
      action: 'person.first-admin',
      actor_name: 'Cy',
    });
  });

  it('on connections', async () => {
    const crm = {
      name: 'crm',
      connector: 'postgres',
      host: '127.0.0.1',
      port: 1,
      database: 'crm',
      account: 'sync',
    };
    await last('POST /api/v1/connections/test', await send('POST', '/connections/test', crm));
    const made = await send('POST', '/connections', crm);
    await last('POST /api/v1/connections', made);
    const { etag } = await made.json();
    const changed = await send('PATCH', '/connections/crm', { port: 2 }, { 'if-match': etag });
    await last('PATCH /api/v1/connections/:name', changed);
    expect((await auditTrail(service.pools))[0]).toMatchObject({
      object: 'crm',
      detail: { port: { from: 1, to: 2 } },
    });
    await last('POST /api/v1/connections/:name/test', await send('POST', '/connections/crm/test', {}));
    await last('DELETE /api/v1/connections/:name', await send('DELETE', '/connections/crm', {}));
  });

  it('and the chain is whole', async () => {
    expect((await verifyAudit(service.pools.general)).faults).toEqual([]);
  });
});

describe('a decision', () => {
  it('is its person’s: in the answer, the history, the database and the audit log', async () => {
    const api = await apiApp(ReviewModule, undefined, '10m');
    try {
      const link = await api.records.agreed({ a: '1', b: '1' }, { email: 'x' });
      await api.records.edit(
        link,
        { unit: 'email', side: 'A', value: 'y' },
        { unit: 'email', side: 'B', value: 'z' },
      );
      const { items } = await api.json<{ items: { id: string }[] }>('/conflicts');
      const id = items[0]!.id;
      const etag = (await api.call(`/conflicts/${id}`)).headers.get('etag')!;
      const made = await api.json<{ id: string; by: string }>(`/conflicts/${id}/decisions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'if-match': etag },
        body: JSON.stringify({ take: 'a', note: 'asked her' }),
      });
      expect(made.by).toBe('Ann Tester');
      expect((await api.call(`/decisions/${made.id}/undo`, { method: 'POST' })).status).toBe(200);
      expect((await auditTrail(api.pools)).slice(0, 2)).toMatchObject([
        {
          action: 'decision.undone',
          object: made.id,
          pipeline: 'companies',
          detail: { conflict: id, decidedBy: 'Ann Tester' },
        },
        {
          action: 'decision.made',
          object: made.id,
          actor_id: api.tester.id,
          detail: { conflict: id, record: `rec_${link}`, unit: 'email', take: 'a', note: 'asked her' },
        },
      ]);
      const { rows } = await api.pools.general.query(
        `select 'usr_' || d.person_id as person, l.actor from decision d join lineage l on l.decision_id = d.id order by l.id`,
      );
      expect(rows).toEqual([
        { person: api.tester.id, actor: { kind: 'person', name: 'Ann Tester', id: api.tester.id } },
        { person: api.tester.id, actor: { kind: 'person', name: 'Ann Tester', id: api.tester.id } },
      ]);

      const post = (path: string, body: object = {}): Promise<{ id: string }> =>
        api.json(path, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'if-match': etag },
          body: JSON.stringify(body),
        });
      const lastOf = async (): Promise<unknown> => (await auditTrail(api.pools))[0];
      const redone = await post(`/decisions/${made.id}/redo`);
      expect(await lastOf()).toMatchObject({
        action: 'decision.made',
        object: redone.id,
        detail: { redoOf: made.id },
      });
      await post(`/decisions/${redone.id}/undo-all`);
      expect(await lastOf()).toMatchObject({ action: 'decision.undone', object: redone.id });
      await post(`/records/rec_${String(link)}/decisions`, {
        decisions: [{ conflict: id, etag, take: 'b' }],
      });
      expect(await lastOf()).toMatchObject({ action: 'decision.made', detail: { conflict: id, take: 'b' } });
      expect(await verifyAudit(api.pools.general)).toMatchObject({ faults: [] });
    } finally {
      await api.close();
    }
  });
});
