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
        expect.stringMatching(
          /^ACCORD_PIPLINES is not a variable of Accord; there are ACCORD_BEHIND_PROXY, /,
        ),
      ]),
    );
  });

  it('does not repeat an address that may hold a password', () => {
    const [fault] = faultsOf({ DATABASE_URL: 'mysql://root:hunter2@db/accord' });
    expect(fault).toBe('DATABASE_URL must be an address that begins with postgresql:// or postgres://');
  });

  it('refuses to listen for other machines unless nobody can read what they send', () => {
    const PUBLIC_URL = 'https://accord.example.org';
    const HOST = '0.0.0.0';
    const plain = [expect.stringMatching(/^HOST must be 127.0.0.1.*passwords could be read/)];
    expect(faultsOf({ HOST })).toEqual(plain);
    expect(faultsOf({ HOST, PUBLIC_URL })).toEqual(plain);
    const noAddress = [
      expect.stringMatching(/^HOST can be another than this machine only when PUBLIC_URL says/),
    ];
    expect(faultsOf({ HOST, ACCORD_BEHIND_PROXY: '1' })).toEqual(noAddress);
    expect(faultsOf({ HOST, TLS_CERT_FILE: 'c.pem', TLS_KEY_FILE: 'k.pem' })).toEqual(noAddress);
    expect(faultsOf({ HOST, ACCORD_BEHIND_PROXY: '1', PUBLIC_URL: 'http://accord.example.org' })).toEqual([
      'PUBLIC_URL must begin with https://, unless it means this machine only',
    ]);
    expect(loadEnv({ HOST, ACCORD_BEHIND_PROXY: '1', PUBLIC_URL }).HOST).toBe(HOST);
    expect(loadEnv({ HOST, TLS_CERT_FILE: 'c.pem', TLS_KEY_FILE: 'k.pem', PUBLIC_URL }).scheme).toBe('https');
    // A container whose port is published on this machine's own address alone.
    expect(
      loadEnv({ HOST, ACCORD_BEHIND_PROXY: '0', PUBLIC_URL: 'http://127.0.0.1:3000' }).ACCORD_BEHIND_PROXY,
    ).toBe(0);
  });

  it('wants both files for TLS', () => {
    expect(faultsOf({ TLS_CERT_FILE: 'c.pem' })).toEqual([
      'HOST can use TLS only when both TLS_CERT_FILE and TLS_KEY_FILE are set',
    ]);
  });

  it('refuses the demo, whose passwords everybody knows, where others could reach it', () => {
    for (const variables of [
      { ACCORD_BEHIND_PROXY: '1' },
      { PUBLIC_URL: 'https://accord.example.org' },
      { HOST: '0.0.0.0', ACCORD_BEHIND_PROXY: '1', PUBLIC_URL: 'https://accord.example.org' },
    ] as Record<string, string>[])
      expect(faultsOf({ ACCORD_DEMO: 'on', ...variables })).toEqual([
        expect.stringMatching(/^HOST cannot be reached from elsewhere with ACCORD_DEMO=on/),
      ]);
    expect(loadEnv({ ACCORD_DEMO: 'on', PUBLIC_URL: 'http://localhost:3000' }).ACCORD_DEMO).toBe('on');
  });

  it('checks single sign-on: an issuer that cannot be read on the way, its client, and rules for roles', () => {
    expect(faultsOf({ OIDC_ISSUER: 'http://id.example.org', OIDC_ROLES: 'x=boss' })).toEqual(
      expect.arrayContaining([
        'OIDC_ISSUER must begin with https://, unless it means this machine only',
        'OIDC_CLIENT_ID must be set together with OIDC_ISSUER',
        expect.stringMatching(/^OIDC_ROLES must be rules like sync-admins=admin/),
      ]),
    );
    const OIDC_ROLES = 'cn=sync,ou=x=admin; crm=steward@companies';
    expect(faultsOf({ OIDC_ISSUER: 'https://id.example.org', OIDC_CLIENT_ID: 'accord', OIDC_ROLES })).toEqual(
      [],
    );
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
