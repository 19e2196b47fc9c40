import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { loadEnv, variableNames, variableNamed } from '../../src/common/env.js';
import { AppError } from '../../src/common/errors.js';

function faultsOf(variables: Record<string, string>): string[] {
  try {
    loadEnv(variables);
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    expect((error as AppError).code).toBe('environment-invalid');
    return (error as AppError).message
      .split('\n')
      .slice(1)
      .map((line) => line.trim());
  }
}

describe('the environment', () => {
  it('has a default for everything, so that nothing needs to be set', () => {
    const env = loadEnv({});
    expect(env).toMatchObject({ PORT: 3000, HOST: '127.0.0.1', ACCORD_DEMO: 'auto', LOG_LEVEL: 'info' });
    expect(env.DATABASE_URL).toBeUndefined();
    expect(env.publicUrl).toBe('http://127.0.0.1:3000');
  });

  it('takes an empty variable for an absent one', () => {
    expect(loadEnv({ PORT: '', SMTP_URL: '' })).toMatchObject({ PORT: 3000 });
  });

  it('gives typed values', () => {
    const env = loadEnv({ PORT: '8080', HOST: '::1', MAIL_TO: 'ann@example.org, Bob <bob@example.org>' });
    expect(env.PORT).toBe(8080);
    expect(env.MAIL_TO).toEqual(['ann@example.org', 'Bob <bob@example.org>']);
    expect(env.publicUrl).toBe('http://[::1]:8080');
    expect(loadEnv({ PUBLIC_URL: 'https://accord.example.org/' }).publicUrl).toBe(
      'https://accord.example.org',
    );
  });

  it('names every fault in one message, with what was expected', () => {
    const faults = faultsOf({
      PORT: '70000',
      LOG_LEVEL: 'loud',
      MAIL_TO: 'ann@example.org,nobody',
      ACCORD_PIPLINES: 'p',
    });
    expect(faults).toHaveLength(4);
    expect(faults).toEqual(
      expect.arrayContaining([
        'PORT must not be greater than 65535',
        expect.stringMatching(/^LOG_LEVEL must be one of the following values: fatal, error/),
        'MAIL_TO must be mail addresses, separated by commas',
        expect.stringMatching(/^ACCORD_PIPLINES is not a variable of Accord; there are ACCORD_DATA_DIR, /),
      ]),
    );
  });

  it('does not repeat an address that may hold a password', () => {
    const [fault] = faultsOf({ DATABASE_URL: 'mysql://root:hunter2@db/accord' });
    expect(fault).toBe('DATABASE_URL must be an address that begins with postgresql:// or postgres://');
  });

  it('refuses to listen for other machines unless told that something else asks who is there', () => {
    expect(faultsOf({ HOST: '0.0.0.0' })).toEqual([
      expect.stringMatching(/^HOST must be 127.0.0.1.*no login yet/),
    ]);
    expect(loadEnv({ HOST: '0.0.0.0', ACCORD_TRUST_NETWORK: 'on' }).HOST).toBe('0.0.0.0');
  });

  it('lists its variables, which .env.example describes one by one', async () => {
    const { readFileSync } = await import('node:fs');
    const example = readFileSync('.env.example', 'utf8');
    const described = [...example.matchAll(/^#?\s?([A-Z][A-Z_]+)=/gm)].map(([, name]) => name);
    expect(described.sort()).toEqual(variableNames());
  });
});

describe('the process environment', () => {
  const folder = mkdtempSync(join(tmpdir(), 'accord-env-'));
  const home = process.cwd();
  afterEach(() => {
    process.chdir(home);
    rmSync(folder, { recursive: true, force: true });
    delete process.env.ACCORD_SECRET_SUPPORT;
    delete process.env.MAIL_FROM;
  });

  it('is completed by a file .env, which never overrides it', () => {
    writeFileSync(join(folder, '.env'), 'MAIL_FROM=file@example.org\nACCORD_SECRET_SUPPORT=s3cret\n');
    process.chdir(folder);
    expect(loadEnv().MAIL_FROM).toBe('file@example.org');
    expect(variableNamed('ACCORD_SECRET_SUPPORT')).toBe('s3cret');
    expect(variableNamed('ACCORD_SECRET_CRM')).toBeUndefined();
    process.env.MAIL_FROM = 'process@example.org';
    expect(loadEnv().MAIL_FROM).toBe('process@example.org');
  });
});
