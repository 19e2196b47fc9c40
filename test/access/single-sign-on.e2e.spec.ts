import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { startTestService, type TestService } from '../ops/service.js';
import { addPerson } from '../support/tester.js';
import { auditTrail } from './audit-trail.js';
import { Browser } from './browser.js';
import { TestProvider, type Account } from './test-provider.js';

// A real provider makes keys first.
jest.setTimeout(60_000);

describe('single sign-on', () => {
  let provider: TestProvider;
  let service: TestService;
  let browser: Browser;
  let made = 0;

  beforeAll(async () => {
    provider = await TestProvider.listen();
    service = await startTestService({
      OIDC_ISSUER: provider.issuer,
      OIDC_CLIENT_ID: 'accord',
      OIDC_CLIENT_SECRET: 'the secret of accord',
      OIDC_SCOPE: 'openid email profile groups',
      OIDC_ROLES: 'crm team=steward@companies; ops=engineer; ops=viewer',
      OIDC_LABEL: 'Example ID',
    });
    provider.serve(service.url);
  });
  afterAll(async () => {
    await service.close();
    await provider.close();
  });
  beforeEach(() => {
    made += 1;
    browser = new Browser();
  });

  const account = (over: Partial<Account> = {}): string => {
    const sub = over.sub ?? `sub-${made}`;
    const all = {
      sub,
      email: `p${made}@example.org`,
      email_verified: true,
      name: `Person ${made}`,
      groups: ['crm team'],
    };
    provider.accounts.set(sub, { ...all, ...over });
    return sub;
  };
  const start = (returnTo = '/records'): string =>
    `${service.url}/api/v1/session/single-sign-on?returnTo=${encodeURIComponent(returnTo)}`;
  const signIn = (sub: string, by = browser, returnTo?: string) => provider.signIn(by, start(returnTo), sub);
  const me = async (by = browser) => {
    const cookie = `accord-session=${by.cookie(service.url, 'accord-session') ?? ''}`;
    return (await (await service.get('/api/v1/session', { cookie })).json()).me;
  };
  const why = (page: { url: string }): string | null => new URL(page.url).searchParams.get('problem');
  const isCallback = (url: string): boolean => url.includes('/single-sign-on/callback?');

  it('brings somebody new in, with the roles that their groups give, to where they wanted to go', async () => {
    const page = await signIn(account(), browser, '/conflicts/cf_1?state=open');
    expect(page.url).toBe(`${service.url}/conflicts/cf_1?state=open`);
    expect(await me()).toMatchObject({
      name: `Person ${made}`,
      email: `p${made}@example.org`,
      grants: [{ role: 'steward', pipeline: 'companies' }],
    });
    const authorization = new URL(browser.went.find((url) => url.startsWith(`${provider.issuer}/auth?`))!);
    expect(Object.fromEntries(authorization.searchParams)).toMatchObject({
      response_type: 'code',
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
    });
    expect((await auditTrail(service.pools))[0]).toMatchObject({
      action: 'session.started',
      actor_name: `Person ${made}`,
      detail: { way: 'single-sign-on' },
    });
    const { ways } = await (await service.get('/api/v1/session')).json();
    expect(ways.singleSignOn).toBe('Example ID');
  });

  it('knows them again, and gives and takes roles as their groups change', async () => {
    const sub = account();
    await signIn(sub);
    const { id } = await me();
    account({ sub, groups: ['ops', 'others'], email: 'renamed@example.org', name: 'Married Name' });
    const second = new Browser();
    await signIn(sub, second);
    expect(await me(second)).toMatchObject({ id, name: 'Married Name', email: `p${made}@example.org` });
    expect((await me(second)).grants).toEqual(
      expect.arrayContaining([
        { role: 'engineer', pipeline: '*' },
        { role: 'viewer', pipeline: '*' },
      ]),
    );
    // What an admin gave here stays beside what the groups give.
    await service.pools.general.query(
      `insert into person_grant (person_id, role, pipeline, source) values ($1, 'viewer', 'people', 'people')`,
      [id.slice(4)],
    );
    account({ sub, groups: [] });
    const third = new Browser();
    await signIn(sub, third);
    expect((await me(third)).grants).toEqual([{ role: 'viewer', pipeline: 'people' }]);
  });

  it('lets nobody in without a role, without a confirmed address, or who was disabled', async () => {
    expect(why(await signIn(account({ groups: ['others'] })))).toBe('no-role');
    made += 1;
    expect(why(await signIn(account({ email_verified: false }), new Browser()))).toBe('no-email');
    made += 1;
    const sub = account();
    browser = new Browser();
    await signIn(sub);
    await service.pools.general.query(`update person set state = 'disabled' where oidc_subject = $1`, [sub]);
    expect(why(await signIn(sub, new Browser()))).toBe('disabled');
    expect(await me()).toBeNull();
    expect((await auditTrail(service.pools, 'session.refused')).slice(0, 3)).toMatchObject([
      { detail: { why: 'disabled' } },
      { detail: { why: 'no-email' } },
      { actor_name: expect.stringContaining('@example.org'), detail: { why: 'no-role', groups: ['others'] } },
    ]);
  });

  it('never hands an account over to whoever has its address, unless they were invited by it', async () => {
    await addPerson(service.pools, {
      email: `p${made}@example.org`,
      grants: [{ role: 'admin', pipeline: '*' }],
    });
    expect(why(await signIn(account()))).toBe('taken');

    made += 1;
    const invite = () =>
      service.post('/api/v1/people', {
        email: `p${made}@example.org`,
        name: 'Invited',
        grants: [{ role: 'viewer', pipeline: 'people' }],
      });
    await invite();
    const sub = account({ groups: [], email_verified: undefined });
    expect(why(await signIn(sub, new Browser()))).toBe('taken');
    account({ sub, groups: [], email_verified: true });
    const second = new Browser();
    await signIn(sub, second);
    expect(await me(second)).toMatchObject({ grants: [{ role: 'viewer', pipeline: 'people' }] });
  });

  it('takes an answer once, and only in the browser that asked', async () => {
    const { url } = await provider.signIn(browser, start(), account(), isCallback);
    expect(why(await new Browser().go(url))).toBe('expired');
    await browser.go(url);
    expect(await me()).not.toBeNull();
    const again = new Browser();
    await again.go(start(), {}, (at) => at.startsWith(provider.issuer));
    // Another flow is under way in this browser; the used answer does not belong to it.
    expect(why(await again.go(url))).toBe('failed');
    expect(await me(again)).toBeNull();
  });

  it.each([
    ['state', `update oidc_flow set state = 'other'`],
    ['nonce', `update oidc_flow set nonce = 'other'`],
    ['PKCE verifier', `update oidc_flow set verifier = repeat('x', 43)`],
  ])('trusts no answer whose %s is not the one that was sent', async (_, sql) => {
    const { url } = await provider.signIn(browser, start(), account(), isCallback);
    await service.pools.general.query(sql);
    expect(why(await browser.go(url))).toBe('failed');
    expect(await me()).toBeNull();
  });

  it('takes no answer after ten minutes', async () => {
    const { url } = await provider.signIn(browser, start(), account(), isCallback);
    await service.pools.general.query(`update oidc_flow set expires_at = now()`);
    expect(why(await browser.go(url))).toBe('expired');
  });

  it('says when the person said no at the provider', async () => {
    const page = await browser.go(start(), {}, (at) => at.includes('/interaction/'));
    const abort = await browser.go(`${page.url}/abort`, {}, isCallback);
    expect(new URL(abort.url).searchParams.get('error')).toBe('access_denied');
    expect(why(await browser.go(abort.url))).toBe('denied');
  });

  it('sends nobody to another site afterwards', async () => {
    for (const evil of ['https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)']) {
      const own = new Browser();
      const page = await provider.signIn(own, start(evil), account({ sub: 'same' }));
      expect([evil, new URL(page.url).origin]).toEqual([evil, service.url]);
    }
  });

  it('says on the sign-in page that the provider does not answer, and works again when it does', async () => {
    const down = await startTestService({ OIDC_ISSUER: 'http://127.0.0.1:9', OIDC_CLIENT_ID: 'x' });
    try {
      const page = await new Browser().go(`${down.url}/api/v1/session/single-sign-on`, {}, (at) =>
        at.includes('/sign-in'),
      );
      expect(why(page)).toBe('unreachable');
    } finally {
      await down.close();
    }
  });

  it('is not there where no provider is named', async () => {
    const plain = await startTestService();
    try {
      expect((await plain.get('/api/v1/session/single-sign-on')).status).toBe(404);
    } finally {
      await plain.close();
    }
  });
});
