import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { get } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Client } from 'pg';
import { createTestDatabase, runFolder, type TestDatabase } from '../support/test-database.js';
import { runSource, type Child } from './child.js';

// Every command is a process of its own.
jest.setTimeout(90_000);

/** What a start can do without: half a second of its time. */
const later = [
  '@faker-js/faker',
  '@nestjs/swagger',
  'es-toolkit',
  'handlebars',
  'jose',
  'mysql2',
  'nodemailer',
  'openid-client',
  'oui-data',
  'prom-client',
];

const listing = new URL('./loaded.mjs', import.meta.url).href;

const packagesIn = (urls: string): readonly string[] => {
  const names = urls
    .split('\n')
    .map((url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1] ?? '');
  // Otherwise nothing was listened to.
  expect(names).toContain('@nestjs/core');
  return names;
};

const runsAt = /runs at (http:\/\/127\.0\.0\.1:\d+)/;

describe('the service as a process', () => {
  let database: TestDatabase;
  let quiet: Record<string, string>;
  beforeAll(async () => {
    database = await createTestDatabase();
    quiet = { PORT: '0', LOG_LEVEL: 'info', DATABASE_URL: database.url, ACCORD_DEMO: 'off' };
  });
  afterAll(() => database.drop());

  const start = (env: Record<string, string> = {}): Child =>
    runSource('src/main.ts', [], { ...quiet, ...env });

  it('migrates, serves, says where, and stops in order on SIGTERM, leaving no connection', async () => {
    const service = start();
    const [, url] = await service.said(runsAt);
    const ready = await fetch(`${url!}/health/ready`);
    expect(ready.status).toBe(200);
    service.kill('SIGTERM');
    const { code, out } = await service.ended;
    expect(code).toBe(0);
    const log = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { msg: string });
    expect(log.map(({ msg }) => msg)).toEqual(
      expect.arrayContaining(['service started', 'service stopping', 'service stopped']),
    );
    const client = new Client({ connectionString: database.url });
    await client.connect();
    const { rows } = await client.query(
      `select application_name from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
    );
    await client.end();
    expect(rows).toEqual([]);
  });

  it('runs twice on one database, and each stops without the other, and loads nothing before it is needed', async () => {
    const loaded = join(runFolder(), 'loaded-by-a-start');
    const both = [start({ NODE_OPTIONS: `--import ${listing}`, ACCORD_TEST_LOADED: loaded }), start()];
    const urls = await Promise.all(both.map(async (service) => (await service.said(runsAt))[1]!));
    expect(new Set(urls).size).toBe(2);
    both[0]!.kill('SIGINT');
    expect((await both[0]!.ended).code).toBe(0);
    expect(packagesIn(await readFile(loaded, 'utf8')).filter((name) => later.includes(name))).toEqual([]);
    expect((await fetch(`${urls[1]!}/health/ready`)).status).toBe(200);
    both[1]!.kill('SIGTERM');
    expect((await both[1]!.ended).code).toBe(0);
  });

  it('refuses, in words, to listen where others could reach it', async () => {
    const { code, err } = await start({ HOST: '0.0.0.0' }).ended;
    expect(code).toBe(1);
    expect(err).toMatch(/HOST must be 127\.0\.0\.1.*passwords could be read on their way/);
  });

  it('prints a link for the first admin, as long as there is none, and logs it nowhere', async () => {
    const service = start({ LOG_LEVEL: 'debug' });
    const [, url, secret] = await service.said(/(http:\/\/127\.0\.0\.1:\d+)\/welcome#([\w-]{43})/);
    const answer = await fetch(`${url!}/api/v1/one-time-links/use`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        secret,
        email: 'ann@example.org',
        name: 'Ann',
        password: 'a few words of mine',
      }),
    });
    expect(answer.status).toBe(201);
    service.kill('SIGTERM');
    expect((await service.ended).out).not.toContain(secret);
    const again = start();
    await again.said(runsAt);
    again.kill('SIGTERM');
    expect((await again.ended).err).not.toContain('/welcome#');
  });

  it('speaks TLS by itself, and says which file it cannot read', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'accord-tls-'));
    const [TLS_CERT_FILE, TLS_KEY_FILE] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    const tls = { TLS_CERT_FILE, TLS_KEY_FILE };
    const { code, err } = await start(tls).ended;
    expect(code).toBe(1);
    expect(err).toMatch(/TLS_CERT_FILE cannot be read: ENOENT/);
    execFileSync(
      'openssl',
      [
        ...[
          'req',
          '-x509',
          '-newkey',
          'ec',
          '-pkeyopt',
          'ec_paramgen_curve:prime256v1',
          '-nodes',
          '-days',
          '1',
        ],
        ...[
          '-subj',
          '/CN=localhost',
          '-addext',
          'subjectAltName=IP:127.0.0.1',
          '-keyout',
          TLS_KEY_FILE,
          '-out',
          TLS_CERT_FILE,
        ],
      ],
      { stdio: 'ignore' },
    );
    const service = start({ ...tls, HOST: '0.0.0.0', PUBLIC_URL: 'https://127.0.0.1:3000' });
    const [, port] = await service.said(/runs at https:\/\/0\.0\.0\.0:(\d+)/);
    const ca = await readFile(TLS_CERT_FILE);
    const [status, hsts] = await new Promise<[number | undefined, unknown]>((resolve, reject) => {
      get({ host: '127.0.0.1', port, path: '/api/v1/session', ca, agent: false }, (response) => {
        response.resume();
        resolve([response.statusCode, response.headers['strict-transport-security']]);
      }).on('error', reject);
    });
    expect([status, hsts]).toEqual([200, expect.stringContaining('max-age')]);
    service.kill('SIGTERM');
    expect((await service.ended).code).toBe(0);
    await rm(folder, { recursive: true });
  });

  it('says which port is taken and how to use another', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const { code, err } = await start({ PORT: String(port) }).ended;
    other.close();
    expect(code).toBe(1);
    expect(err).toContain(`Port ${port} of 127.0.0.1 is in use by another program. Say PORT=${port + 1}`);
  });

  it('says that the database cannot be reached, and does not repeat its password', async () => {
    const { code, err, out } = await start({ DATABASE_URL: 'postgresql://accord:s3cr3t@127.0.0.1:1/accord' })
      .ended;
    expect(code).toBe(1);
    expect(err).toContain('database cannot be reached');
    expect(err + out).not.toContain('s3cr3t');
  });

  it('brings its own PostgreSQL, starts again with little work, and stops the server last', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'accord-start-'));
    const { DATABASE_URL: _, ...own } = quiet;
    const run = async (): Promise<void> => {
      const service = runSource('src/main.ts', [], { ...own, ACCORD_DATA_DIR: join(folder, 'data') });
      const [, url] = await service.said(runsAt);
      const [, port] = await service.said(/embedded PostgreSQL on port (\d+)/);
      expect((await fetch(`${url!}/health/ready`)).status).toBe(200);
      service.kill('SIGTERM');
      expect((await service.ended).code).toBe(0);
      await expect(fetch(`http://127.0.0.1:${port!}`)).rejects.toMatchObject({
        cause: { code: 'ECONNREFUSED' },
      });
    };
    /** When the cluster was made: a second start makes none. */
    const made = async (): Promise<readonly number[]> => {
      const files = await readdir(folder, { recursive: true });
      const marks = files.filter((file) => basename(file) === 'PG_VERSION').sort();
      return Promise.all(marks.map(async (file) => (await stat(join(folder, file))).mtimeMs));
    };
    await run();
    const first = await made();
    expect(first.length).toBeGreaterThan(0);
    await run();
    expect(await made()).toEqual(first);
    await rm(folder, { recursive: true, force: true });
  }, 60_000);
});
