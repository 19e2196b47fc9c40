import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { chooseAccount, reachablePrograms } from '../../src/embedded/account.js';

const root = process.getuid?.() === 0;

describe('the account of the embedded server', () => {
  const closed = mkdtempSync(join(tmpdir(), 'accord-account-'));
  const native = join(closed, 'native');
  const binDir = join(native, 'bin');
  mkdirSync(binDir, { recursive: true });
  writeFileSync(join(binDir, 'postgres'), '#!/bin/sh\n');
  chmodSync(join(binDir, 'postgres'), 0o755);
  afterAll(() => rmSync(closed, { recursive: true }));

  it('is another one exactly when we are root', () => {
    const account = chooseAccount(join(closed, 'none'));
    expect(account === undefined).toBe(!root);
    expect(account?.uid).not.toBe(0);
  });

  if (!root) return; // The rest is about root and nobody else.

  it('gets a copy of programs that it cannot reach, made once', () => {
    const account = chooseAccount(join(closed, 'none'));
    const programs = { binDir, major: 18, source: 'package', movableRoot: native } as const;
    const copy = reachablePrograms(programs, account);
    expect(copy.binDir).toMatch(/^\/var\/lib\/accord\/postgresql-18-\d+\/bin$/);
    expect(readFileSync(join(copy.binDir, 'postgres'), 'utf8')).toBe('#!/bin/sh\n');
    expect(reachablePrograms(programs, account)).toEqual(copy);
    rmSync(dirname(copy.binDir), { recursive: true });
  });

  it('is named when it cannot run programs that are not ours to copy', () => {
    const account = chooseAccount(join(closed, 'none'));
    expect(() => reachablePrograms({ binDir, major: 18, source: 'configured' }, account)).toThrow(
      /cannot run .*bin\/postgres/,
    );
  });
});
