import { chmod, chown, copyFile, mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PostgresConnector } from '../../../src/connectors/postgres/connector.js';
import type { ConnectionConfig, SystemInfo } from '../../../src/connectors/connector.js';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../../src/embedded/embedded-postgres.js';
import { runFolder } from '../../support/test-database.js';

const certificates = join(import.meta.dirname, 'tls');

describe('a connection with TLS', () => {
  let server: EmbeddedPostgres;
  let ca: string;
  beforeAll(async () => {
    const dataDir = join(runFolder(), 'tls');
    // Once without TLS, to learn which account runs the server: it must own the key.
    const plain = await startEmbeddedPostgres({
      dataDir,
      binDir: process.env.PG_BIN_DIR,
      settings: { fsync: false },
    });
    await plain.stop();
    const owner = await stat(plain.logFile);
    const folder = join(runFolder(), 'tls-files');
    await mkdir(folder);
    await chmod(folder, 0o755);
    for (const name of ['server.crt', 'server.key']) {
      await copyFile(join(certificates, name), join(folder, name));
      await chmod(join(folder, name), 0o600);
      await chown(join(folder, name), owner.uid, owner.gid);
    }
    ca = await readFile(join(certificates, 'server.crt'), 'utf8');
    server = await startEmbeddedPostgres({
      dataDir,
      binDir: process.env.PG_BIN_DIR,
      settings: {
        fsync: false,
        ssl: true,
        ssl_cert_file: join(folder, 'server.crt'),
        ssl_key_file: join(folder, 'server.key'),
      },
    });
  }, 60_000);
  afterAll(async () => {
    await server.stop('immediate');
  });

  async function check(tls: ConnectionConfig['tls'], query = ''): Promise<SystemInfo> {
    const connection = await new PostgresConnector().open({
      name: 'crm',
      label: 'CRM',
      url: `${server.url}${query}`,
      tls,
      clientName: 'accord test',
    });
    try {
      return await connection.check();
    } finally {
      await connection.close();
    }
  }

  it('encrypts where that is all that is asked for', async () => {
    expect((await check({ mode: 'require' })).system).toBe('PostgreSQL');
    expect((await check(null, '?sslmode=require')).system).toBe('PostgreSQL');
  });

  it('trusts a certificate of the given authority, and no other', async () => {
    expect((await check({ mode: 'verify-full', ca })).system).toBe('PostgreSQL');
    await expect(check({ mode: 'verify-full' })).rejects.toMatchObject({
      code: 'tls-untrusted',
      retryable: false,
    });
    await expect(check(null, '?sslmode=verify-full')).rejects.toMatchObject({ code: 'tls-untrusted' });
  });
});
