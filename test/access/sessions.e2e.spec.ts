import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { hashPassword } from '../../src/access/password.js';
import { Clock } from '../../src/common/clock.js';
import { startTestService, type TestService } from '../ops/service.js';
import type { Body } from './body.js';
import { addPerson, cookieOf, signIn, testerPassword, type SignedIn } from '../support/tester.js';
import { auditTrail } from './audit-trail.js';

const minute = 60_000;

describe('a session', () => {
  let service: TestService;
  let ahead = 0;
  let standing: number | undefined;
  let made = 0;
  let email: string;

  beforeAll(async () => {
    service = await startTestService({ ACCORD_SESSION_IDLE_MINUTES: '30', ACCORD_SESSION_HOURS: '2' });
    service.app.get(Clock, { strict: false }).now = () => (standing ?? Date.now()) + ahead;
  });
  afterAll(() => service.close());
  beforeEach(async () => {
    ahead = 0;
    standing = undefined;
    made += 1;
    email = `person${made}@example.org`;
    await addPerson(service.pools, {
      email,
      name: `Person ${made}`,
      grants: [{ role: 'viewer', pipeline: '*' }],
    });
    await service.pools.general.query('truncate login_attempt');
  });

  const post = (path: string, body: object, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${service.url}/api/v1${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  const isIn = async ({ headers }: SignedIn): Promise<boolean> =>
    (await fetch(`${service.url}/api/v1/pipelines`, { headers })).status === 200;
  const attempt = async (
    password: string,
    of = email,
  ): Promise<{ status: number; body: Body; after: string | null }> => {
    const response = await post('/session', { email: of, password });
    return {
      status: response.status,
      body: await response.json(),
      after: response.headers.get('retry-after'),
    };
  };

  it('begins with the right password, and its cookie is one that no script and no other site can use', async () => {
    const response = await post('/session', { email: ` ${email.toUpperCase()}`, password: testerPassword });
    expect(response.status).toBe(201);
    const [cookie] = response.headers.getSetCookie();
    expect(cookie).toMatch(
      /^accord-session=[\w-]{43}; Max-Age=7200; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict$/,
    );
    expect(response.headers.get('cache-control')).toBe('no-store');
    const body = (await response.json()) as { me: object };
    expect(body.me).toMatchObject({
      name: `Person ${made}`,
      email,
      grants: [{ role: 'viewer', pipeline: '*' }],
    });
    const [stored] = (
      await service.pools.general.query(
        "select encode(id, 'hex') as id, address, agent from session order by created_at desc",
      )
    ).rows;
    expect(cookie).not.toContain(stored.id);
    expect(stored).toMatchObject({ address: '127.0.0.1', agent: expect.stringContaining('node') });
  });

  it('is for TLS only where people come by TLS', async () => {
    const secure = await startTestService({ PUBLIC_URL: 'https://accord.example.org' });
    try {
      const response = await fetch(`${secure.url}/api/v1/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email: 'tester@example.org', password: testerPassword }),
      });
      expect(response.headers.getSetCookie()[0]).toMatch(
        /^__Host-accord-session=.*; HttpOnly; Secure; SameSite=Strict$/,
      );
    } finally {
      await secure.close();
    }
  });

  it('does not begin with a wrong password, for nobody, nor for whoever has none: all alike', async () => {
    await service.pools.general.query(
      `insert into person (id, email, name, state) values (gen_random_uuid(), $1, 'No Password', 'invited')`,
      [`invited${made}@example.org`],
    );
    const answers = [
      await attempt('wrong'),
      await attempt(testerPassword, 'nobody@example.org'),
      await attempt('', `invited${made}@example.org`),
      await attempt('null', `invited${made}@example.org`),
    ];
    for (const { status, body } of answers)
      expect({ status, code: body.code, detail: body.detail }).toEqual({
        status: 401,
        code: 'sign-in-refused',
        detail: 'The e-mail address or the password is not right.',
      });
    expect((await auditTrail(service.pools, 'session.refused')).slice(0, 2)).toMatchObject([
      { actor_kind: 'nobody', actor_name: `invited${made}@example.org` },
      { actor_kind: 'nobody', address: '127.0.0.1', request_id: expect.any(String) },
    ]);
  });

  it('is a new one with every sign-in, and the one that the browser had is over', async () => {
    const first = await signIn(service.url, email);
    const again = await post(
      '/session',
      { email, password: testerPassword },
      { cookie: first.headers.cookie },
    );
    expect(cookieOf(again)).not.toBe(first.headers.cookie);
    expect(await isIn(first)).toBe(false);
    // A value that somebody has put into the browser before does not become the session.
    const planted = await post(
      '/session',
      { email, password: testerPassword },
      { cookie: 'accord-session=planted' },
    );
    expect(cookieOf(planted)).not.toContain('planted');
  });

  it('ends when it is left idle, goes on while it is used, and ends at last in any case', async () => {
    const idle = await signIn(service.url, email);
    const used = await signIn(service.url, email);
    for (const at of [20, 40, 60, 80, 100]) {
      ahead = at * minute;
      expect([at, await isIn(used)]).toEqual([at, true]);
      if (at === 40) expect(await isIn(idle)).toBe(false);
    }
    ahead = 121 * minute;
    expect(await isIn(used)).toBe(false);
    const { me, csrfToken } = (await (
      await fetch(`${service.url}/api/v1/session`, { headers: used.headers })
    ).json()) as Body;
    expect({ me, csrfToken }).toEqual({ me: null, csrfToken: null });
  });

  it('ends by signing out, on the server too', async () => {
    const session = await signIn(service.url, email);
    const out = await fetch(`${service.url}/api/v1/session`, { method: 'DELETE', headers: session.headers });
    expect([out.status, ((await out.json()) as Body).me]).toEqual([200, null]);
    expect(out.headers.getSetCookie()[0]).toMatch(/^accord-session=; Path=\/; Expires=Thu, 01 Jan 1970/);
    expect(await isIn(session)).toBe(false);
    expect((await auditTrail(service.pools)).slice(0, 2)).toMatchObject([
      { action: 'session.ended', actor_name: `Person ${made}` },
      { action: 'session.started', detail: { way: 'password' } },
    ]);
  });

  it('belongs to another CSRF token than any other session', async () => {
    const [one, two] = [await signIn(service.url, email), await signIn(service.url, email)];
    const crossed = await post(
      '/tokens',
      { name: 'x', scopes: ['records:read'], days: 1 },
      {
        cookie: one.headers.cookie,
        'x-csrf-token': two.headers['x-csrf-token'],
      },
    );
    expect([crossed.status, ((await crossed.json()) as Body).missing]).toEqual([403, 'csrf-token']);
  });

  it('after a change of the password is over everywhere else', async () => {
    const [here, there] = [await signIn(service.url, email), await signIn(service.url, email)];
    const change = async (present: string, next: string) => {
      const response = await post('/session/password', { present, next }, here.headers);
      return { status: response.status, body: (await response.json()) as Body };
    };
    expect(await change('wrong', 'a whole new sentence')).toMatchObject({
      status: 401,
      body: { code: 'sign-in-refused' },
    });
    for (const bad of ['short', 'aaaaaaaaaaaaaaaa', `person${made}person${made}`, 'passwordaccord'])
      expect([bad, (await change(testerPassword, bad)).body.errors]).toEqual([
        bad,
        [expect.objectContaining({ pointer: '/password' })],
      ]);
    expect((await change(testerPassword, 'a whole new sentence')).status).toBe(200);
    expect([await isIn(here), await isIn(there)]).toEqual([true, false]);
    expect((await attempt(testerPassword)).status).toBe(401);
    expect((await attempt('a whole new sentence')).status).toBe(201);
    expect(await auditTrail(service.pools, 'password.changed')).toHaveLength(1);
  });

  it('takes a password in whatever Unicode form a keyboard gives it', async () => {
    await service.pools.general.query('update person set password_hash = $2 where email = $1', [
      email,
      await hashPassword('cafe\u0301 au lait s\u0327il'),
    ]);
    expect((await attempt('caf\u00e9 au lait \u015fil')).status).toBe(201);
  });

  it('hashes a password anew when the parameters have become stronger', async () => {
    const weak = '$argon2id$v=19$m=8,t=1,p=1$';
    const { argon2Sync } = await import('node:crypto');
    const nonce = Buffer.from('0123456789abcdef');
    const tag = argon2Sync('argon2id', {
      message: testerPassword,
      nonce,
      tagLength: 32,
      memory: 8,
      passes: 1,
      parallelism: 1,
    });
    const old = `${weak}${nonce.toString('base64').replaceAll('=', '')}$${tag.toString('base64').replaceAll('=', '')}`;
    await service.pools.general.query('update person set password_hash = $2 where email = $1', [email, old]);
    expect((await attempt(testerPassword)).status).toBe(201);
    const { rows } = await service.pools.general.query('select password_hash from person where email = $1', [
      email,
    ]);
    expect(rows[0].password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect((await attempt(testerPassword)).status).toBe(201);
  });

  describe('against guessing', () => {
    it('locks an account for longer and longer, right password or not, and says until when', async () => {
      for (let i = 1; i <= 5; i += 1) expect((await attempt('wrong')).status).toBe(401);
      expect(await attempt(testerPassword)).toMatchObject({
        status: 429,
        after: '1',
        body: { code: 'too-many-attempts' },
      });
      const waits: number[] = [];
      for (let i = 0; i < 12; i += 1) {
        const locked = await attempt('wrong');
        waits.push(Number(locked.after));
        ahead += Number(locked.after) * 1000;
        expect((await attempt('wrong')).status).toBe(401);
      }
      expect(waits.slice(0, 5)).toEqual([1, 2, 4, 8, 16]);
      expect(waits.at(-1)).toBe(900);
      ahead += 900_000;
      expect((await attempt(testerPassword)).status).toBe(201);
      expect((await attempt('wrong')).status).toBe(401);
    });

    it('does the same for an account that does not exist', async () => {
      for (let i = 1; i <= 5; i += 1) expect((await attempt('wrong', 'ghost@example.org')).status).toBe(401);
      expect((await attempt('wrong', 'ghost@example.org')).status).toBe(429);
    });

    it('lets no more through when many come at once', async () => {
      // However long the machine takes over them, the first lock (of a second) does not end meanwhile.
      standing = Date.now();
      const answers = await Promise.all(Array.from({ length: 30 }, () => attempt('wrong')));
      expect(answers.filter(({ status }) => status === 401).length).toBe(5);
    });

    it('slows one address down that tries many accounts, whatever it says it is', async () => {
      const statuses: number[] = [];
      for (let i = 0; i < 44; i += 1) {
        const response = await post(
          '/session',
          { email: `a${i}@example.org`, password: 'x' },
          { 'x-forwarded-for': `10.0.0.${i}` },
        );
        statuses.push(response.status);
      }
      expect(statuses.slice(0, 40)).toEqual(Array.from({ length: 40 }, () => 401));
      expect(statuses.slice(40)).toContain(429);
    });

    it('forgets failures after an hour', async () => {
      for (let i = 1; i <= 4; i += 1) await attempt('wrong');
      ahead = 61 * minute;
      for (let i = 1; i <= 4; i += 1) expect((await attempt('wrong')).status).toBe(401);
      expect((await attempt(testerPassword)).status).toBe(201);
    });
  });
});

describe('behind a proxy', () => {
  it('takes the address that the last proxy of ours has seen, and no further', async () => {
    const service = await startTestService({ ACCORD_BEHIND_PROXY: '1' });
    try {
      await fetch(`${service.url}/api/v1/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-forwarded-for': '6.6.6.6, 203.0.113.9' },
        body: JSON.stringify({ email: 'x@example.org', password: 'x' }),
      });
      expect((await auditTrail(service.pools, 'session.refused'))[0]).toMatchObject({
        address: '203.0.113.9',
      });
    } finally {
      await service.close();
    }
  });
});
