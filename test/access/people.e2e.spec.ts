import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DemoPeople, demoPeople } from '../../src/access/demo-people.js';
import { OneTimeLinks } from '../../src/access/one-time-links.js';
import { Clock } from '../../src/common/clock.js';
import { verifyAudit } from '../../src/database/audit-verify.js';
import { runningPipeline } from '../ops/fixtures.js';
import { startTestService, type Answer, type TestService } from '../ops/service.js';
import { actor, addPerson, cookieOf, makeToken, signIn, testerPassword } from '../support/tester.js';
import { auditTrail } from './audit-trail.js';

const hour = 3_600_000;

describe('people', () => {
  let service: TestService;
  let ahead = 0;
  let made = 0;
  beforeAll(async () => {
    service = await startTestService();
    service.app.get(Clock, { strict: false }).now = () => Date.now() + ahead;
    await runningPipeline(service.pools);
  });
  afterAll(() => service.close());
  beforeEach(() => {
    made += 1;
  });
  afterEach(() => {
    ahead = 0;
  });

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
  const secretOf = (address: string): string => address.slice(address.indexOf('#') + 1);
  const invited = async (grants: object[] = [{ role: 'steward', pipeline: 'companies' }]) => {
    const email = `new${made}@example.org`;
    const answer = await send('POST', '/people', { email, name: `New ${made}`, grants });
    expect(answer.status).toBe(201);
    const { person, link } = await answer.json();
    return { email, person, secret: secretOf(link.address), link };
  };
  const use = (secret: string, more: object = {}): Promise<Answer> =>
    send(
      'POST',
      '/one-time-links/use',
      { secret, password: 'a sentence of my own', ...more },
      { cookie: '' },
    );

  it('are invited by a link that works once, and choose their own password', async () => {
    const { email, person, secret, link } = await invited();
    expect(link.address).toMatch(new RegExp(`^${service.url}/welcome#[\\w-]{43}$`));
    expect(person).toMatchObject({ email, state: 'invited', hasPassword: false, lastSignInAt: null });
    const stored = await service.pools.general.query(`select encode(id, 'escape') as id from one_time_link`);
    expect(JSON.stringify(stored.rows)).not.toContain(secret);

    const look = await send('POST', '/one-time-links/look', { secret });
    expect(await look.json()).toEqual({ purpose: 'password', email, name: `New ${made}` });
    expect(await (await use(secret, { password: 'short' })).json()).toMatchObject({
      errors: [{ pointer: '/password' }],
    });
    const used = await use(secret);
    expect(used.status).toBe(201);
    expect((await used.json()).me).toMatchObject({
      email,
      grants: [{ role: 'steward', pipeline: 'companies' }],
    });
    const mine = await fetch(`${service.url}/api/v1/pipelines`, {
      headers: { cookie: cookieOf(used) },
    });
    expect(mine.status).toBe(200);

    for (const again of [await use(secret), await send('POST', '/one-time-links/look', { secret })])
      expect([again.status, (await again.json()).code]).toEqual([410, 'link-invalid']);
    await signIn(service.url, email, 'a sentence of my own');
    expect(
      (await auditTrail(service.pools)).slice(0, 4).map(({ action, actor_name: who }) => `${who}: ${action}`),
    ).toEqual([
      `New ${made}: session.started`,
      `New ${made}: session.started`,
      `New ${made}: password.set`,
      'Ann Tester: person.invited',
    ]);
  });

  it('come by one of two who use the same link at once', async () => {
    const { secret } = await invited();
    const answers = await Promise.all(Array.from({ length: 6 }, () => use(secret)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 410, 410, 410, 410, 410]);
  });

  it('have a week for an invitation and a day for a new password, which makes the links before it useless', async () => {
    const { email, person, secret } = await invited();
    ahead = 7 * 24 * hour + 1;
    expect((await use(secret)).status).toBe(410);
    ahead = 0;
    expect((await use(secret)).status).toBe(201);
    const before = await signIn(service.url, email, 'a sentence of my own');

    const link = async () =>
      secretOf((await (await send('POST', `/people/${person.id}/one-time-link`, {})).json()).address);
    const [first, second] = [await link(), await link()];
    expect((await use(first)).status).toBe(410);
    ahead = 25 * hour;
    expect((await use(second)).status).toBe(410);
    ahead = 0;
    expect((await use(second, { password: 'another one of mine' })).status).toBe(201);
    await expect(signIn(service.url, email, 'a sentence of my own')).rejects.toThrow('401');
    expect((await fetch(`${service.url}/api/v1/pipelines`, { headers: before.headers })).status).toBe(401);
  });

  it('are told apart by their address, in any case', async () => {
    await invited();
    const again = await send('POST', '/people', {
      email: `NEW${made}@Example.org`,
      name: 'Same',
      grants: [],
    });
    expect([again.status, (await again.json()).code]).toEqual([409, 'taken']);
  });

  it('are changed by whoever has seen them as they are, and what changes holds from the next request on', async () => {
    const email = `dan${made}@example.org`;
    const id = `usr_${await addPerson(service.pools, { email, grants: [{ role: 'viewer', pipeline: '*' }] })}`;
    const dan = await signIn(service.url, email);
    const pause = () => service.post('/api/v1/pipelines/companies/pause', { reason: 'x' }, dan.headers);
    expect((await pause()).status).toBe(403);
    const path = `/people/${id}`;
    const etag = (await service.get(`/api/v1${path}`)).headers.get('etag')!;
    const grants = [{ role: 'engineer', pipeline: 'companies' }];
    expect((await send('PATCH', path, { grants })).status).toBe(428);
    expect((await send('PATCH', path, { grants }, { 'if-match': etag })).status).toBe(200);
    expect((await send('PATCH', path, { grants: [] }, { 'if-match': etag })).status).toBe(412);
    expect((await pause()).status).toBe(200);
    expect((await auditTrail(service.pools, 'person.changed'))[0]).toMatchObject({
      actor_name: 'Ann Tester',
      object: id,
      detail: { before: { grants: ['viewer@*'] }, after: { grants: ['engineer@companies'] } },
    });
    const bad = await send(
      'PATCH',
      path,
      { grants: [{ role: 'admin', pipeline: 'companies' }] },
      { 'if-match': '"9"' },
    );
    expect((await bad.json()).errors).toMatchObject([{ pointer: '/grants/0/pipeline' }]);
  });

  it('are out at once when disabled, tokens and all, and come back by their password but not their tokens', async () => {
    const email = `eve${made}@example.org`;
    const id = `usr_${await addPerson(service.pools, { email, grants: [{ role: 'viewer', pipeline: '*' }] })}`;
    const eve = await signIn(service.url, email);
    const authorization = `Bearer ${await makeToken(service.url, eve)}`;
    const asks = async () => [
      (await fetch(`${service.url}/api/v1/pipelines`, { headers: eve.headers })).status,
      (await fetch(`${service.url}/api/v1/pipelines`, { headers: { authorization } })).status,
    ];
    expect(await asks()).toEqual([200, 200]);
    const set = async (state: string): Promise<Answer> =>
      send(
        'PATCH',
        `/people/${id}`,
        { state },
        { 'if-match': (await service.get(`/api/v1/people/${id}`)).headers.get('etag')! },
      );
    expect((await (await set('disabled')).json()).state).toBe('disabled');
    expect(await asks()).toEqual([401, 401]);
    await expect(signIn(service.url, email)).rejects.toThrow('401');
    expect((await send('POST', `/people/${id}/one-time-link`, {})).status).toBe(422);
    expect((await (await set('active')).json()).state).toBe('active');
    await signIn(service.url, email);
    expect(await asks()).toEqual([401, 401]);
  });

  it('always leave one who manages people', async () => {
    const me = (await service.get('/api/v1/session').then((answer) => answer.json())).me.id as string;
    const change = async (body: object): Promise<string> => {
      const etag = (await service.get(`/api/v1/people/${me}`)).headers.get('etag')!;
      return (await (await send('PATCH', `/people/${me}`, body, { 'if-match': etag })).json()).code as string;
    };
    expect(await change({ state: 'disabled' })).toBe('last-admin');
    expect(await change({ grants: [{ role: 'steward', pipeline: '*' }] })).toBe('last-admin');
    expect((await service.get('/api/v1/people')).status).toBe(200);
  });

  it('have tokens of their own, which end by time, by revocation, and are known by their beginning alone', async () => {
    const email = `tok${made}@example.org`;
    await addPerson(service.pools, { email, grants: [{ role: 'viewer', pipeline: '*' }] });
    const owner = await signIn(service.url, email);
    const secret = await makeToken(service.url, owner, ['pipelines:read']);
    expect(secret).toMatch(/^accord_[0-9a-z]{10}_[\w-]{43}[0-9a-f]{8}$/);
    const ask = async (token = secret): Promise<number> =>
      (await fetch(`${service.url}/api/v1/pipelines`, { headers: { authorization: `Bearer ${token}` } }))
        .status;
    expect(await ask()).toBe(200);
    const flipped = secret.slice(0, 30) + (secret[30] === 'a' ? 'b' : 'a') + secret.slice(31);
    expect([await ask(flipped), await ask(`${secret}0`), await ask('')]).toEqual([401, 401, 401]);
    const { items } = await (await service.get('/api/v1/tokens', owner.headers)).json();
    expect(items).toMatchObject([
      { name: 'tests', scopes: ['pipelines:read'], usedAt: expect.any(String), revokedAt: null },
    ]);
    expect(secret.startsWith(items[0].begins)).toBe(true);
    const stored = await service.pools.general.query(`select encode(hash, 'escape') as h, * from api_token`);
    expect(JSON.stringify(stored.rows)).not.toContain(secret.slice(20));

    expect((await send('DELETE', `/tokens/${items[0].id}`, {})).status).toBe(404);
    ahead = 24 * hour + 1;
    expect(await ask()).toBe(401);
    ahead = 0;
    const gone = await send('DELETE', `/tokens/${items[0].id}`, {}, owner.headers);
    expect((await gone.json()).revokedAt).toEqual(expect.any(String));
    expect(await ask()).toBe(401);
    expect((await auditTrail(service.pools)).slice(0, 2)).toMatchObject([
      { action: 'token.revoked', object: items[0].id },
      { action: 'token.created', detail: { scopes: ['pipelines:read'] } },
    ]);
  });

  it('leave a whole audit log, which only admins read', async () => {
    expect(await verifyAudit(service.pools.general)).toMatchObject({ faults: [] });
    const page = await (await service.get('/api/v1/audit-events?action=person.invited&limit=1')).json();
    expect(page.items).toMatchObject([
      { action: 'person.invited', actorName: 'Ann Tester', actorKind: 'person' },
    ]);
    const next = await service.get(
      `/api/v1/audit-events?action=person.invited&limit=1&cursor=${page.next as string}`,
    );
    expect((await next.json()).items[0].seq).toBeLessThan(page.items[0].seq);
    expect((await service.get(`/api/v1/audit-events?cursor=${page.next as string}`)).status).toBe(400);
  });
});

describe('the first admin', () => {
  let service: TestService;
  let ahead = 0;
  beforeEach(async () => {
    service = await startTestService();
    ahead = 0;
    service.app.get(Clock, { strict: false }).now = () => Date.now() + ahead;
    // Nobody is there yet.
    await service.pools.general.query('delete from person');
  });
  afterEach(() => service.close());

  const links = (): OneTimeLinks => service.app.get(OneTimeLinks, { strict: false });
  const use = (secret: string, more: object = {}): Promise<Answer> =>
    service.post(
      '/api/v1/one-time-links/use',
      { secret, email: 'First@Example.org', name: 'First One', password: testerPassword, ...more },
      { cookie: '' },
    );
  const ways = async () => (await (await service.get('/api/v1/session', { cookie: '' })).json()).ways;

  it('is made by a link of the service, once, and is signed in at once', async () => {
    expect((await ways()).firstAdminMissing).toBe(true);
    const secret = (await links().forFirstAdmin(actor('start')))!;
    expect(await (await use(secret, { email: undefined })).json()).toMatchObject({
      errors: [{ pointer: '/email' }],
    });
    const answer = await use(secret, { steward: true });
    expect((await answer.json()).me).toMatchObject({
      name: 'First One',
      email: 'first@example.org',
      grants: expect.arrayContaining([
        { role: 'admin', pipeline: '*' },
        { role: 'steward', pipeline: '*' },
      ]),
    });
    expect((await use(secret, { email: 'second@example.org' })).status).toBe(410);
    expect((await ways()).firstAdminMissing).toBe(false);
    expect(await links().forFirstAdmin(actor('start'))).toBeNull();
    expect((await auditTrail(service.pools)).map(({ action }) => action).slice(0, 3)).toEqual([
      'session.started',
      'person.first-admin',
      'first-admin.link-made',
    ]);
  });

  it('is one of those who come at once by links of two processes', async () => {
    const [one, two] = [await links().forFirstAdmin(actor('a')), await links().forFirstAdmin(actor('b'))];
    const answers = await Promise.all([
      use(one!),
      use(two!, { email: 'b@example.org' }),
      use(one!, { email: 'c@example.org' }),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 410, 410]);
    expect((await service.pools.general.query('select from person')).rowCount).toBe(1);
  });

  it('has a day', async () => {
    const secret = (await links().forFirstAdmin(actor('start')))!;
    ahead = 24 * hour + 1;
    expect((await use(secret)).status).toBe(410);
  });
});

describe('the people of the demo', () => {
  it('are ready in the demo, are named by the sign-in page, and are nobody at all outside of it', async () => {
    const service = await startTestService({}, undefined, true);
    try {
      const demo = service.app.get(DemoPeople, { strict: false });
      await Promise.all([demo.ensure(), demo.ensure()]);
      const { ways } = await (await service.get('/api/v1/session', { cookie: '' })).json();
      expect(ways.demo).toEqual(demoPeople);
      const roles = [];
      for (const { email, password } of demoPeople) {
        const { headers } = await signIn(service.url, email, password);
        const { me } = await (await service.get('/api/v1/session', headers)).json();
        roles.push(me.grants);
        const change = { present: password, next: 'something else entirely' };
        expect((await service.post('/api/v1/session/password', change, headers)).status).toBe(403);
      }
      expect(roles).toEqual([[{ role: 'steward', pipeline: '*' }], [{ role: 'engineer', pipeline: '*' }]]);
      const token = (await demo.token('', actor('start')))!;
      expect(await demo.token(token, actor('start'))).toBe(token);
      expect((await service.get('/metrics', { cookie: '', authorization: `Bearer ${token}` })).status).toBe(
        200,
      );

      // The same database, started without the demo.
      const session = await signIn(service.url, demoPeople[0].email, demoPeople[0].password);
      const other = await startTestService({}, undefined, false, service.database);
      try {
        expect((await (await other.get('/api/v1/session', { cookie: '' })).json()).ways.demo).toEqual([]);
        for (const { email, password } of demoPeople)
          await expect(signIn(other.url, email, password)).rejects.toThrow('401');
        expect((await other.get('/api/v1/pipelines', session.headers)).status).toBe(401);
        const byToken = await other.get('/metrics', { cookie: '', authorization: `Bearer ${token}` });
        expect(byToken.status).toBe(401);
        const { items } = await (await other.get('/api/v1/people')).json();
        expect(items.map(({ email }: { email: string }) => email)).toEqual(['tester@example.org']);
        expect(await other.app.get(DemoPeople, { strict: false }).token(token, actor('x'))).toBeNull();
      } finally {
        await other.app.close();
      }
    } finally {
      await service.close();
    }
  });
});
