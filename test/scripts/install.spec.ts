import { describe, expect, it } from '@jest/globals';
import { packagesMissing } from '../../scripts/install.mjs';

const here = { os: [process.platform], cpu: [process.arch], optional: true };
const elsewhere = { os: ['plan9'], cpu: [process.arch], optional: true };

describe('what is missing from an installation', () => {
  const wanted = {
    packages: {
      '': { version: '0.1.0' },
      'node_modules/pg': { version: '8.0.0' },
      'node_modules/jest': { version: '30.0.0', dev: true },
      'node_modules/a/node_modules/pg': { version: '7.0.0' },
      'node_modules/node-here': { version: '24.0.0', ...here },
      'node_modules/node-elsewhere': { version: '24.0.0', ...elsewhere },
    },
  };

  it('is everything on a fresh clone but what is for other machines', () => {
    expect(packagesMissing(wanted, { packages: {} })).toEqual(['pg', 'jest', 'pg', 'node-here']);
  });

  it('is nothing after npm ci on this machine', () => {
    const { 'node_modules/node-elsewhere': _, ...packages } = wanted.packages;
    expect(packagesMissing(wanted, { packages })).toEqual([]);
  });

  it('is what has another version since the lock changed, and what npm left out in silence', () => {
    const { 'node_modules/node-here': _, ...packages } = {
      ...wanted.packages,
      'node_modules/pg': { version: '8.0.1' },
    };
    expect(packagesMissing(wanted, { packages })).toEqual(['pg', 'node-here']);
  });
});
