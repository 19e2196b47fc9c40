import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import mysql from 'mysql2/promise';
import { runFolder } from './test-database.js';

export interface MariaDatabase {
  readonly name: string;
  readonly url: string;
  readonly drop: () => Promise<void>;
}

const programs = ['/usr/sbin/mariadbd', '/usr/bin/mariadbd', '/usr/local/bin/mariadbd'];
const shares = ['/usr/share/mysql', '/usr/share/mariadb', '/usr/local/share/mysql'];

/** Self-signed, made for "localhost". */
export const certificates = join(import.meta.dirname, 'mariadb-tls');

let server: Promise<string> | undefined;
let made = 0;

/**
 * The MariaDB server of this test run, as its administrator's address: a throwaway one in the folder of the run, which all workers share.
 * It is started by whoever asks first, and killed with the run (test-run.mjs). `npm test` installs the program where it can.
 */
export function mariaServerUrl(): Promise<string> {
  server ??= started(join(runFolder(), 'mariadb'));
  return server;
}

/** A fresh database of its own for one spec. */
export async function createMariaDatabase(): Promise<MariaDatabase> {
  const name = `t${process.pid}_${++made}`;
  const url = await mariaServerUrl();
  await onServer((db) =>
    db.query(`create database ${name} character set utf8mb4 collate utf8mb4_general_ci`),
  );
  return {
    name,
    url: `${url}/${name}`,
    drop: async () => {
      await onServer(async (db) => {
        await db.query(`drop database if exists accord_${name}`);
        await db.query(`drop database ${name}`);
      });
    },
  };
}

export async function onServer<T>(work: (db: mysql.Connection) => Promise<T>): Promise<T> {
  const db = await mysql.createConnection(await mariaServerUrl());
  try {
    return await work(db);
  } finally {
    await db.end();
  }
}

async function started(folder: string): Promise<string> {
  const ready = join(folder, 'url');
  try {
    mkdirSync(folder);
  } catch {
    return another(ready);
  }
  const program = [process.env.ACCORD_TEST_MARIADB, ...programs].find((file) => file && existsSync(file));
  const share = shares.find((each) => tables(each).every((file) => existsSync(file)));
  if (program === undefined || share === undefined)
    throw new Error('No MariaDB: set ACCORD_TEST_MARIADB, or install mariadb-server-core');
  const data = join(folder, 'data');
  mkdirSync(data);
  const common = [
    '--no-defaults',
    `--datadir=${data}`,
    ...(process.getuid?.() === 0 ? ['--user=root'] : []),
    '--innodb-log-file-size=16M',
    '--innodb-flush-method=nosync',
  ];
  const sql = tables(share).map((file) => readFileSync(file, 'utf8'));
  await bootstrap(program, common, ['create database mysql;\nuse mysql;\n', ...sql].join('\n'));
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const url = `mysql://root@127.0.0.1:${port}`;
    if (await serves(program, [...common, `--port=${port}`], folder, url)) {
      writeFileSync(`${ready}.new`, url);
      renameSync(`${ready}.new`, ready);
      return url;
    }
    if (attempt === 3)
      throw new Error(`MariaDB did not start: ${readFileSync(join(folder, 'log'), 'utf8').slice(-2000)}`);
  }
}

async function another(ready: string): Promise<string> {
  for (let waited = 0; waited < 60_000; waited += 50) {
    if (existsSync(ready)) return readFileSync(ready, 'utf8');
    await sleep(50);
  }
  throw new Error('MariaDB was not started by the test that began to');
}

function tables(share: string): readonly string[] {
  const prefix = existsSync(join(share, 'mariadb_system_tables.sql')) ? 'mariadb' : 'mysql';
  return [join(share, `${prefix}_system_tables.sql`), join(share, `${prefix}_system_tables_data.sql`)];
}

function bootstrap(program: string, options: readonly string[], sql: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...options, '--bootstrap', '--log-warnings=0'], {
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (chunk) => (said += String(chunk)));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`MariaDB could not make its tables: ${said.slice(-2000)}`));
    });
    child.stdin.end(sql);
  });
}

async function serves(
  program: string,
  options: readonly string[],
  folder: string,
  url: string,
): Promise<boolean> {
  const log = openSync(join(folder, 'log'), 'a');
  const child = spawn(
    program,
    [
      ...options,
      `--socket=${join(folder, 'socket')}`,
      `--pid-file=${join(folder, 'pid')}`,
      '--bind-address=127.0.0.1',
      '--skip-name-resolve',
      '--innodb-buffer-pool-size=64M',
      '--log-warnings=1',
      `--ssl-cert=${join(certificates, 'server.crt')}`,
      `--ssl-key=${join(certificates, 'server.key')}`,
    ],
    { stdio: ['ignore', log, log], detached: true },
  );
  let ended = false;
  child.on('exit', () => (ended = true));
  child.unref();
  for (let waited = 0; !ended && waited < 20_000; waited += 25) {
    try {
      const db = await mysql.createConnection(url);
      await db.end();
      return true;
    } catch {
      await sleep(25);
    }
  }
  return false;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => {
        resolve(port);
      });
    });
  });
}
