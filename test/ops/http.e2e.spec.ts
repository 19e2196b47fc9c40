import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestService, type TestService } from './service.js';

/** fetch sets Host and Origin itself. */
function raw(
  url: string,
  headers: Record<string, string>,
  method = 'GET',
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    sent.on('error', reject);
    sent.end();
  });
}

describe('the HTTP surface', () => {
  let service: TestService;
  let web: string;
  beforeAll(async () => {
    web = await mkdtemp(join(tmpdir(), 'accord-web-'));
    await mkdir(join(web, 'assets'));
    await writeFile(join(web, 'index.html'), '<!doctype html><title>Accord</title>');
    await writeFile(join(web, 'assets', 'main-1a2b.js'), 'export {};');
    await writeFile(join(web, 'accord.svg'), '<svg/>');
    await writeFile(join(web, 'start.js'), 'export {};');
    service = await startTestService({ PUBLIC_URL: 'https://accord.example.org' }, web);
  });
  afterAll(async () => {
    await service.close();
    await rm(web, { recursive: true });
  });

  it('serves the user interface at its root and at every page of it, and never keeps the page itself', async () => {
    for (const path of ['/', '/conflicts/cf_1']) {
      const answer = await service.get(path, { accept: 'text/html' });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('cache-control')).toContain('no-cache');
      expect(await answer.text()).toContain('<title>Accord</title>');
    }
    const asset = await service.get('/assets/main-1a2b.js');
    expect(asset.headers.get('cache-control')).toContain('immutable');
    expect((await service.get('/assets/absent.js')).status).toBe(404);
    expect((await service.get('/accord.svg')).headers.get('cache-control')).toBe('public, max-age=86400');
    expect((await service.get('/start.js')).headers.get('cache-control')).toBe('public, max-age=0');
  });

  it('answers what is not there below /api with a problem, not with the page', async () => {
    const answer = await service.get('/api/v1/absent', { accept: 'text/html' });
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ code: 'not-found', status: 404 });
  });

  it('answers a body that is not JSON with a problem', async () => {
    const answer = await fetch(`${service.url}/api/v1/pipelines/x/pause`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"reason": ',
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 'malformed' });
  });

  it.each([
    ['a NUL in a path', 'GET', '/api/v1/pipelines/a%00b', null, '/name'],
    ['a NUL in a query', 'GET', '/api/v1/records?q=a%00b', null, '/q'],
    ['half of a surrogate pair', 'POST', '/api/v1/pipelines/x/pause', '{"reason": "\\ud800"}', '/reason'],
    ['a name with a NUL', 'POST', '/api/v1/pipelines/x/pause', '{"a\\u0000": 1}', ''],
    [
      'more levels than anything has',
      'POST',
      '/api/v1/conflicts/cf_x/decisions',
      `{"value": ${'['.repeat(40_000)}${']'.repeat(40_000)}}`,
      '',
    ],
  ])('names the place of %s, which nothing can be done with', async (_what, method, path, body, pointer) => {
    const answer = await fetch(service.url + path, {
      method,
      headers: { ...service.tester.headers, 'content-type': 'application/json', 'if-match': '"1"' },
      body,
    });
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({ code: 'invalid', errors: [{ pointer }] });
  });

  it('reads the keys of a body as they are, whatever was sent before', async () => {
    const pointersOf = async (body: string): Promise<readonly string[]> => {
      const answer = await fetch(`${service.url}/api/v1/pipelines/x/pause`, {
        method: 'POST',
        headers: { ...service.tester.headers, 'content-type': 'application/json; charset=utf-8' },
        body,
      });
      const { errors } = (await answer.json()) as { errors: readonly { pointer: string }[] };
      return errors.map(({ pointer }) => pointer);
    };
    expect(await pointersOf('{"reason": "x", "\\\\": 1}')).toEqual(['/\\']);
    expect(await pointersOf('{"reason": "x", "\\n": 1}')).toEqual(['/\n']);
    expect(await pointersOf('{"reason": "x", "\\"": 1}')).toEqual(['/"']);
  });

  it('lets pages load nothing from elsewhere and be framed by nobody', async () => {
    const { headers } = await service.get('/health/live');
    expect(headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-powered-by')).toBeNull();
  });

  it('answers to its own names only, so that another name cannot be made to point here', async () => {
    const live = `${service.url}/health/live`;
    const session = `${service.url}/api/v1/session`;
    for (const url of [session, `${service.url}/`, `${service.url}/api/openapi.json`]) {
      expect((await raw(url, { host: 'evil.example' })).status).toBe(403);
      expect((await raw(url, { host: '127.0.0.1.evil.example:80' })).status).toBe(403);
      expect((await raw(url, { host: 'localhost:3000' })).status).toBe(200);
      expect((await raw(url, { host: 'accord.example.org' })).status).toBe(200);
    }
    // Probes come under whatever address a cluster gives, and learn nothing that is anybody's.
    expect((await raw(live, { host: '10.1.2.3:3000' })).status).toBe(200);
    expect((await raw(live, { host: '10.1.2.3:3000' }, 'POST')).status).toBe(403);
  });

  it('lets no other page change anything', async () => {
    const resume = `${service.url}/api/v1/pipelines/x/resume`;
    const { headers } = service.tester;
    const refused = await raw(resume, { ...headers, origin: 'https://evil.example' }, 'POST');
    expect(refused.status).toBe(403);
    expect(JSON.parse(refused.body)).toMatchObject({ code: 'forbidden' });
    expect((await raw(resume, { ...headers, origin: 'null' }, 'POST')).status).toBe(403);
    expect((await raw(resume, { ...headers, origin: service.url }, 'POST')).status).toBe(404);
    expect((await raw(resume, { ...headers, origin: 'https://accord.example.org' }, 'POST')).status).toBe(
      404,
    );
    expect((await raw(resume, headers, 'POST')).status).toBe(404);
  });
});
