import { describe, expect, it } from '@jest/globals';
import { lockFaults } from '../../scripts/check-lock.mjs';

const entry = (version: string, more: object = {}): object => ({ version, integrity: 'sha512-x', ...more });

describe('the check of the lock', () => {
  it('finds nothing in a whole lock, wherever npm put a package', () => {
    const packages = {
      '': { optionalDependencies: { fast: '1.0.0' } },
      'node_modules/fast': entry('1.0.0', {
        optionalDependencies: { 'fast-linux': '1.0.0', 'fast-mac': '1.0.0' },
      }),
      'node_modules/fast/node_modules/fast-linux': entry('1.0.0'),
      'node_modules/fast-mac': entry('1.0.0'),
    };
    expect(lockFaults({ optionalDependencies: { fast: '1.0.0' } }, { packages })).toEqual([]);
  });

  it('names an optional package that npm left out for another platform', () => {
    const packages = {
      'node_modules/a': entry('1.0.0', { optionalDependencies: { 'a-mac': '1.0.0' } }),
      'node_modules/b/node_modules/a-mac': entry('1.0.0'),
    };
    expect(lockFaults({}, { packages })).toEqual(['node_modules/a names a-mac, which is not in the lock']);
  });

  it('names versions that are not pinned, packages without integrity, and registries', () => {
    const packages = {
      'node_modules/a': entry('1.0.1'),
      'node_modules/b': { version: '2.0.0', resolved: 'https://example.org/b-2.0.0.tgz' },
    };
    expect(
      lockFaults({ dependencies: { a: '^1.0.0' }, devDependencies: { c: '3.0.0' } }, { packages }),
    ).toEqual([
      'node_modules/b 2.0.0 has no integrity',
      'node_modules/b names a registry; set omit-lockfile-registry-resolved',
      'package.json asks for a ^1.0.0, the lock has 1.0.1',
      'package.json asks for c 3.0.0, the lock has none',
    ]);
  });
});
