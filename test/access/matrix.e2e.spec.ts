import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PERMISSIONS, type Grant, type Permission } from '../../src/common/permissions.js';
import { runningPipeline } from '../ops/fixtures.js';
import { startTestService, type TestService } from '../ops/service.js';
import { addPerson, makeToken, signIn, type SignedIn } from '../support/tester.js';
import { routesOf } from './routes.js';

/**
 * Who may use what, written down a second time and by hand: what the code declares is compared with this, not with itself. A route that
 * is not here fails the test.
 */
const needed: Readonly<Record<string, Permission | 'public' | 'person'>> = {
  'GET /health/live': 'public',
  'GET /health/ready': 'public',
  'GET /metrics': 'metrics:read',
  'GET /api/openapi.json': 'public',
  'GET /api/v1/session': 'public',
  'POST /api/v1/session': 'public',
  'DELETE /api/v1/session': 'person',
  'POST /api/v1/session/password': 'person',
  'GET /api/v1/session/single-sign-on': 'public',
  'GET /api/v1/session/single-sign-on/callback': 'public',
  'POST /api/v1/one-time-links/look': 'public',
  'POST /api/v1/one-time-links/use': 'public',
  'GET /api/v1/people': 'people:manage',
  'POST /api/v1/people': 'people:manage',
  'GET /api/v1/people/:id': 'people:manage',
  'PATCH /api/v1/people/:id': 'people:manage',
  'POST /api/v1/people/:id/one-time-link': 'people:manage',
  'POST /api/v1/people/:id/mail-again': 'people:manage',
  'GET /api/v1/tokens': 'person',
  'POST /api/v1/tokens': 'person',
  'DELETE /api/v1/tokens/:id': 'person',
  'GET /api/v1/me/notifications': 'person',
  'PATCH /api/v1/me/notifications': 'person',
  'POST /api/v1/me/notifications/try-again': 'person',
  'GET /api/v1/unsubscribe/:token': 'public',
  'POST /api/v1/unsubscribe/:token': 'public',
  'GET /api/v1/connections': 'connections:manage',
  'POST /api/v1/connections': 'connections:manage',
  'GET /api/v1/connections/:name': 'connections:manage',
  'PATCH /api/v1/connections/:name': 'connections:manage',
  'DELETE /api/v1/connections/:name': 'connections:manage',
  'POST /api/v1/connections/test': 'connections:manage',
  'POST /api/v1/connections/:name/test': 'connections:manage',
  'GET /api/v1/mail': 'connections:manage',
  'POST /api/v1/mail/test': 'connections:manage',
  'GET /api/v1/audit-events': 'audit:read',
  'GET /api/v1/audit-events/chain': 'audit:read',
  'POST /api/v1/audit-events/chain/verify': 'audit:read',
  'GET /api/v1/conflicts': 'conflicts:read',
  'GET /api/v1/conflicts/:id': 'conflicts:read',
  'POST /api/v1/conflicts/:id/decisions': 'conflicts:resolve',
  'POST /api/v1/conflicts/:id/answer-link/look': 'conflicts:resolve',
  'POST /api/v1/conflicts/:id/answer-link/use': 'conflicts:resolve',
  'GET /api/v1/conflicts/facets': 'conflicts:read',
  'GET /api/v1/conflicts/next': 'conflicts:resolve',
  'POST /api/v1/conflicts/next': 'conflicts:resolve',
  'GET /api/v1/conflicts/:id/activity': 'conflicts:read',
  'PATCH /api/v1/conflicts/:id': 'conflicts:resolve',
  'POST /api/v1/conflicts/:id/claim': 'conflicts:resolve',
  'POST /api/v1/conflicts/:id/renew': 'conflicts:resolve',
  'POST /api/v1/conflicts/:id/release': 'conflicts:resolve',
  'POST /api/v1/conflicts/:id/skip': 'conflicts:resolve',
  'POST /api/v1/conflicts/:id/comments': 'conflicts:resolve',
  'POST /api/v1/conflicts/:id/snooze': 'conflicts:resolve',
  'POST /api/v1/conflicts/:id/unsnooze': 'conflicts:resolve',
  'POST /api/v1/conflicts/:id/second-opinion': 'conflicts:resolve',
  'POST /api/v1/conflicts/:id/second-opinion/answer': 'conflicts:resolve',
  'POST /api/v1/decisions/:id/undo': 'conflicts:resolve',
  'POST /api/v1/decisions/:id/undo-all': 'conflicts:resolve',
  'POST /api/v1/decisions/:id/redo': 'conflicts:resolve',
  'POST /api/v1/records/:id/decisions': 'conflicts:resolve',
  'GET /api/v1/pipelines/:name/reviewers': 'conflicts:resolve',
  'GET /api/v1/events': 'conflicts:read',
  'GET /api/v1/records': 'records:read',
  'GET /api/v1/records:lookup': 'records:read',
  'GET /api/v1/records/:id': 'records:read',
  'GET /api/v1/records/:id/lineage': 'lineage:read',
  'GET /api/v1/records/:id/fields/:field/explanation': 'lineage:read',
  'GET /api/v1/records/:id/why': 'records:read',
  'POST /api/v1/records/:id/exclude': 'conflicts:resolve',
  'POST /api/v1/records/:id/include': 'conflicts:resolve',
  'POST /api/v1/records/:id/resync': 'ops:run',
  'POST /api/v1/records/:id/unlink': 'conflicts:resolve',
  'POST /api/v1/records/:id/restore': 'conflicts:resolve',
  'POST /api/v1/pipelines/:name/load/rate': 'ops:run',
  'POST /api/v1/records/:id/merged': 'conflicts:resolve',
  'POST /api/v1/pipelines/:name/links': 'conflicts:resolve',
  'GET /api/v1/pipelines': 'pipelines:read',
  'GET /api/v1/pipelines/:name': 'pipelines:read',
  'POST /api/v1/pipelines/:name/pause': 'ops:run',
  'POST /api/v1/pipelines/:name/resume': 'ops:run',
  'GET /api/v1/pipelines/:name/load': 'pipelines:read',
  'POST /api/v1/pipelines/:name/load/accept': 'ops:run',
  'GET /api/v1/pipelines/:name/dead-letters': 'pipelines:read',
  'GET /api/v1/pipelines/:name/conflict-flow': 'pipelines:read',
  'GET /api/v1/pipelines/:name/lag-history': 'pipelines:read',
  'POST /api/v1/pipelines/:name/verifications': 'ops:run',
  'GET /api/v1/pipelines/:name/verifications': 'pipelines:read',
  'GET /api/v1/pipelines/:name/verifications/:id': 'pipelines:read',
  'GET /api/v1/pipelines/:name/verifications/:id/differences': 'records:read',
  'POST /api/v1/pipelines/:name/dead-letters/retry': 'ops:run',
  'GET /api/v1/pipelines/:name/links/:order': 'records:read',
  'GET /api/v1/pipelines/:name/guards': 'pipelines:read',
  'POST /api/v1/pipelines/:name/guards/:id/release': 'ops:run',
  'POST /api/v1/pipelines/:name/guards/:id/discard': 'ops:run',
};

/** The same once more for roles: `ux.md`'s table, by hand. */
const roles: Readonly<Record<string, readonly Permission[]>> = {
  nobody: [],
  viewer: ['conflicts:read', 'records:read', 'lineage:read', 'pipelines:read'],
  steward: [
    'conflicts:read',
    'records:read',
    'lineage:read',
    'pipelines:read',
    'personal:read',
    'conflicts:resolve',
  ],
  engineer: [
    'conflicts:read',
    'records:read',
    'lineage:read',
    'pipelines:read',
    'personal:read',
    'conflicts:resolve',
    'ops:run',
    'metrics:read',
    'connections:manage',
  ],
  admin: [
    'conflicts:read',
    'records:read',
    'lineage:read',
    'pipelines:read',
    'personal:read',
    'ops:run',
    'metrics:read',
    'connections:manage',
    'people:manage',
    'audit:read',
  ],
};

const uuid = '01990000-0000-7000-8000-000000000000';
const ids: Readonly<Record<string, string>> = {
  '/people/:id': `usr_${uuid}`,
  '/tokens/:id': `tok_${uuid}`,
  '/conflicts/:id': `cf_${uuid}`,
  '/decisions/:id': `dec_${uuid}`,
  '/records/:id': 'rec_999999',
  '/verifications/:id': 'ver_999999',
  '/guards/:id': `grd_${uuid}`,
};

/** An address that leads nowhere, so that whoever is let in changes nothing. */
function addressOf(path: string): string {
  const [place] = Object.keys(ids).filter((prefix) => path.includes(prefix));
  return path
    .replace(':id', place === undefined ? '' : (ids[place] ?? ''))
    .replace(':name', 'nowhere')
    .replace(':token', 'made-up')
    .replace(':field', 'email')
    .replace(/:lookup$/, ':lookup?pipeline=nowhere&side=A&externalId=1');
}

describe('default deny', () => {
  let service: TestService;
  const sessions = new Map<string, SignedIn>();
  const tokens = new Map<string, string>();

  beforeAll(async () => {
    service = await startTestService();
    await runningPipeline(service.pools);
    for (const role of Object.keys(roles)) {
      const email = `${role}@example.org`;
      const grants = role === 'nobody' ? [] : [{ role, pipeline: '*' } as Grant];
      await addPerson(service.pools, { email, name: role, grants });
      const session = await signIn(service.url, email);
      sessions.set(role, session);
      tokens.set(role, await makeToken(service.url, session));
    }
  });
  afterAll(() => service.close());

  async function ask(
    route: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<{ status: number; code: string }> {
    const [method = '', path = ''] = route.split(' ');
    const response = await fetch(service.url + addressOf(path), {
      method,
      redirect: 'manual',
      headers: { accept: 'application/json, text/event-stream', ...headers },
    });
    // A stream has no end.
    if (response.headers.get('content-type')?.startsWith('text/event-stream') === true) {
      await response.body?.cancel();
      return { status: response.status, code: '' };
    }
    const text = await response.text();
    const code =
      response.headers.get('content-type')?.includes('problem+json') === true ? JSON.parse(text).code : '';
    return { status: response.status, code };
  }
  /** What the guard said: let in says nothing of what the route then answered. */
  async function verdict(route: string, headers: Readonly<Record<string, string>> = {}): Promise<string> {
    const { status, code } = await ask(route, headers);
    return status === 401 && code === 'unauthenticated' ? 'unknown' : status === 403 ? 'refused' : 'let in';
  }
  const changing = (route: string): boolean => !route.startsWith('GET ');

  it('is tested for every route there is, and no other', () => {
    expect(routesOf(service.app)).toEqual(Object.keys(needed).sort());
  });

  it('lets nobody in who is not known, except where everybody may be', async () => {
    for (const [route, need] of Object.entries(needed)) {
      const expected = need === 'public' ? 'let in' : 'unknown';
      expect([route, await verdict(route)]).toEqual([route, expected]);
      expect([route, await verdict(route, { authorization: 'Bearer accord_0123456789_x' })]).toEqual([
        route,
        expected,
      ]);
      expect([route, await verdict(route, { cookie: 'accord-session=made-up' })]).toEqual([route, expected]);
    }
  });

  for (const [role, permissions] of Object.entries(roles)) {
    it(`${role}: in a browser`, async () => {
      const { headers } = sessions.get(role)!;
      for (const [route, need] of Object.entries(needed)) {
        // Signing out would end the session that is tested; it is tested where sessions are.
        if (route === 'DELETE /api/v1/session') continue;
        const may = need === 'public' || need === 'person' || permissions.includes(need);
        expect([route, await verdict(route, headers)]).toEqual([route, may ? 'let in' : 'refused']);
      }
    });

    it(`${role}: in a browser, but from a page that does not know the CSRF token`, async () => {
      const { cookie } = sessions.get(role)!.headers;
      for (const [route, need] of Object.entries(needed)) {
        if (need === 'public' || !changing(route)) continue;
        expect([route, await verdict(route, { cookie })]).toEqual([route, 'refused']);
        expect([route, await verdict(route, { cookie, 'x-csrf-token': 'guessed' })]).toEqual([
          route,
          'refused',
        ]);
      }
    });

    it(`${role}: by a token with every scope, which never manages tokens or passwords`, async () => {
      const headers = { authorization: `Bearer ${tokens.get(role)!}` };
      for (const [route, need] of Object.entries(needed)) {
        const may = need === 'public' || (need !== 'person' && permissions.includes(need));
        expect([route, await verdict(route, headers)]).toEqual([route, may ? 'let in' : 'refused']);
      }
    });
  }

  it('holds a token to its scopes, whatever its person may', async () => {
    const { headers } = service.tester;
    for (const scope of PERMISSIONS) {
      const token = await makeToken(service.url, { id: '', headers }, [scope]);
      for (const [route, need] of Object.entries(needed)) {
        if (need === 'public') continue;
        const said = await verdict(route, { authorization: `Bearer ${token}` });
        expect([scope, route, said]).toEqual([scope, route, need === scope ? 'let in' : 'refused']);
      }
    }
  });

  it('says in the answer what is lacking', async () => {
    const viewer = sessions.get('viewer')!;
    const pause = await service.post('/api/v1/pipelines/companies/pause', { reason: 'x' }, viewer.headers);
    expect(await pause.json()).toMatchObject({
      code: 'forbidden',
      detail: 'This needs the role engineer or admin.',
      requiredPermission: 'ops:run',
      requiredRoles: ['engineer', 'admin'],
    });
  });

  it('says in the OpenAPI document what each route needs', async () => {
    const document = await (await service.get('/api/openapi.json')).json();
    for (const [route, need] of Object.entries(needed)) {
      if (route === 'GET /api/openapi.json') continue;
      const [method = '', path = ''] = route.split(' ');
      const operation = document.paths[path.replaceAll(/\/:(\w+)/g, '/{$1}')][method.toLowerCase()];
      const schemes = (operation.security ?? []).flatMap((one: object) => Object.keys(one));
      const expected =
        need === 'public' ? [] : need === 'person' ? ['csrf', 'session'] : ['csrf', 'session', 'token'];
      expect([route, schemes.sort()]).toEqual([route, expected]);
      expect([route, operation['x-permission']]).toEqual([
        route,
        need === 'public' || need === 'person' ? undefined : need,
      ]);
    }
    expect(Object.keys(document.components.securitySchemes).sort()).toEqual(['csrf', 'session', 'token']);
  });
});
