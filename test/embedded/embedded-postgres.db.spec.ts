import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/embedded/embedded-postgres.js';
import { processExists } from '../../src/embedded/postmaster-pid.js';
import { runFolder } from '../support/test-database.js';

const root = process.getuid?.() === 0;
const settings = { shared_buffers: '32MB' };

let made = 0;
/** Below the folder of the run, whose end stops what a failing test leaves behind. */
function newFolder(): string {
  return join(runFolder(), `embedded-${process.pid}-${++made}`);
}

const started: EmbeddedPostgres[] = [];
async function start(dataDir: string, options: { binDir?: string } = {}): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir, settings, ...options });
  started.push(server);
  return server;
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<unknown[]>({ text: sql, rowMode: 'array' })).rows.map(([first]) => first);
  } finally {
    await client.end().catch(() => undefined);
  }
}

const cluster = (dataDir: string): string => join(realpathSync(join(dataDir, 'postgres')), 'data');
const postmaster = (dataDir: string): number =>
  Number(readFileSync(join(cluster(dataDir), 'postmaster.pid'), 'utf8').split('\n')[0]);

async function gone(pid: number): Promise<void> {
  while (processExists(pid)) await sleep(10);
}

afterEach(async () => {
  for (const server of started.splice(0)) await server.stop('immediate');
});

describe('the embedded PostgreSQL', () => {
  it('starts from nothing as a durable server on this machine only, with a password and with ICU', async () => {
    const dataDir = newFolder();
    const { url, adopted, created } = await start(dataDir);
    expect({ adopted, created }).toEqual({ adopted: false, created: true });
    const shown = `select name || '=' || setting from pg_settings
      where name in ('fsync', 'synchronous_commit', 'listen_addresses', 'max_connections', 'jit') order by 1`;
    expect(await query(url, shown)).toEqual([
      'fsync=on',
      'jit=off',
      'listen_addresses=127.0.0.1',
      'max_connections=200',
      'synchronous_commit=on',
    ]);
    expect(await query(url, `select 'ä' < 'z' collate "und-x-icu"`)).toEqual([true]);
    expect(statSync(join(dataDir, 'password')).mode & 0o777).toBe(0o600);
    const stranger = new URL(url);
    stranger.password = 'guess';
    await expect(query(stranger.href, 'select 1')).rejects.toMatchObject({ code: '28P01' });
  });

  it('keeps its data and its port over a stop and a start', async () => {
    const dataDir = newFolder();
    const first = await start(dataDir);
    await query(first.url, 'create table company as select 7 as id');
    expect(await first.stop()).toBe('stopped');
    expect(await first.stop()).toBe('stopped');
    const second = await start(dataDir);
    expect(second).toMatchObject({ url: first.url, adopted: false, created: false });
    expect(await query(second.url, 'select id from company')).toEqual([7]);
  });

  it('starts once when many ask at the same time, and stops when the last lets go', async () => {
    const dataDir = newFolder();
    const servers = await Promise.all(Array.from({ length: 5 }, () => start(dataDir)));
    expect(servers.filter(({ adopted }) => !adopted)).toHaveLength(1);
    expect(new Set(servers.map(({ url }) => url)).size).toBe(1);
    const [last, ...others] = servers;
    for (const server of others) expect(await server.stop()).toBe('in-use');
    expect(await query(last!.url, 'select 1')).toEqual([1]);
    expect(await last!.stop()).toBe('stopped');
    expect(existsSync(join(cluster(dataDir), 'postmaster.pid'))).toBe(false);
  });

  it('is adopted, with open work undisturbed, when the process that started it was killed', async () => {
    const dataDir = newFolder();
    const args = [
      '--import',
      './test/support/typescript-hooks.mjs',
      './test/embedded/start-and-die.ts',
      dataDir,
    ];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const client = new pg.Client({ connectionString: line.toString('utf8').trim() });
    await client.connect();
    await client.query('create table company as select 1 as id');
    child.kill('SIGKILL');
    await once(child, 'exit');

    const server = await start(dataDir);
    expect(server).toMatchObject({ adopted: true, created: false });
    expect((await client.query('select id from company')).rows).toEqual([{ id: 1 }]);
    await client.end();
    expect(await server.stop()).toBe('stopped');
  });

  it('recovers every committed row after the server itself was killed under load', async () => {
    const dataDir = newFolder();
    const { url } = await start(dataDir);
    await query(url, 'create table company (id int primary key)');
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    await client.connect();
    const pid = postmaster(dataDir);
    let committed = 0;
    await expect(
      (async () => {
        for (;;) {
          await client.query('insert into company values ($1)', [committed + 1]);
          committed += 1;
          if (committed === 100) setTimeout(() => process.kill(pid, 'SIGKILL'), 20);
        }
      })(),
    ).rejects.toThrow();
    expect(committed).toBeGreaterThanOrEqual(100);

    const server = await start(dataDir);
    expect(server).toMatchObject({ adopted: false, created: false });
    const [rows] = await query(server.url, 'select count(*)::int from company');
    // The last insert may have been committed without our hearing of it.
    expect([committed, committed + 1]).toContain(rows);
  });

  it('can be stopped when the server has died', async () => {
    const dataDir = newFolder();
    const server = await start(dataDir);
    const pid = postmaster(dataDir);
    process.kill(pid, 'SIGKILL');
    await gone(pid);
    expect(await server.stop()).toBe('stopped');
  });

  it('starts over a postmaster.pid whose process is now somebody else', async () => {
    const dataDir = newFolder();
    const server = await start(dataDir);
    const file = join(cluster(dataDir), 'postmaster.pid');
    const [, ...rest] = readFileSync(file, 'utf8').split('\n');
    const { uid, gid } = statSync(file);
    await server.stop();
    // Of the same account: PostgreSQL by itself would refuse to start.
    const somebody = spawn('sleep', ['60'], { uid, gid, cwd: '/' });
    writeFileSync(file, [String(somebody.pid), ...rest].join('\n'));
    const again = await start(dataDir);
    expect(again.adopted).toBe(false);
    expect(postmaster(dataDir)).not.toBe(somebody.pid);
    expect(somebody.exitCode).toBeNull();
    somebody.kill();
  });

  it('takes another port when its own is in use', async () => {
    const dataDir = newFolder();
    const first = await start(dataDir);
    await first.stop();
    const { createServer } = await import('node:net');
    const other = createServer().listen(first.port, '127.0.0.1');
    await once(other, 'listening');
    const second = await start(dataDir);
    expect(second.port).not.toBe(first.port);
    other.close();
  });

  it('says which version a folder needs when the programs do not fit it', async () => {
    const dataDir = newFolder();
    const server = await start(dataDir);
    await server.stop();
    writeFileSync(join(cluster(dataDir), 'PG_VERSION'), '9\n');
    await expect(start(dataDir)).rejects.toMatchObject({
      code: 'embedded-no-binaries',
      message: expect.stringMatching(/made by PostgreSQL 9, .*\(version 18\).*PG_BIN_DIR/),
    });
  });

  it('says what is missing when there are no programs, or no password to existing data', async () => {
    await expect(start(newFolder(), { binDir: '/nowhere' })).rejects.toMatchObject({
      code: 'embedded-no-binaries',
      message: expect.stringContaining('PG_BIN_DIR=/nowhere'),
    });
    const dataDir = newFolder();
    const server = await start(dataDir);
    await server.stop();
    rmSync(join(dataDir, 'password'));
    await expect(start(dataDir)).rejects.toMatchObject({ code: 'embedded-data-foreign' });
  });

  it('repeats what the server said when it does not start', async () => {
    const wrong = startEmbeddedPostgres({ dataDir: newFolder(), settings: { shared_buffers: 'plenty' } });
    await expect(wrong).rejects.toMatchObject({
      code: 'embedded-start-failed',
      message: expect.stringContaining('invalid value for parameter "shared_buffers": "plenty"'),
    });
  });

  if (!root) return; // Others can always reach their own folders.

  it('keeps its data where its account can reach it when the folder is closed to it', async () => {
    const closed = newFolder();
    mkdirSync(closed);
    chmodSync(closed, 0o700);
    const dataDir = join(closed, '.accord');
    const server = await start(dataDir);
    expect(await query(server.url, 'select 1')).toEqual([1]);
    const home = realpathSync(join(dataDir, 'postgres'));
    expect(home).toMatch(/^\/var\/lib\/accord\/cluster-/);
    await server.stop();
    expect((await start(dataDir)).created).toBe(false);
    await started.pop()?.stop();
    rmSync(home, { recursive: true });
  });
});
