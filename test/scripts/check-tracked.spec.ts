import { describe, expect, it } from '@jest/globals';
import { trackedFaults } from '../../scripts/check-tracked.mjs';

describe('what is tracked', () => {
  it('is files at the top and the folders of the sources', () => {
    expect(
      trackedFaults(['README.md', '.ci/run', 'src/database/audit.ts', 'web/src/main.tsx', 'test/data/a.csv']),
    ).toEqual([]);
  });

  it('is no folder that somebody has made beside them, told once', () => {
    const faults = trackedFaults(['data-base/master-key', 'data-base/postgres/data/PG_VERSION', 'README.md']);
    expect(faults).toEqual([expect.stringMatching(/^data-base\/ is tracked/)]);
  });

  it('is no data of a server and no output of a build, however deep', () => {
    const faults = trackedFaults([
      'test/left/postgres/PG_VERSION',
      'web/dist/index.html',
      'web/dist/index.js',
      'bench/node_modules/a/index.js',
    ]);
    expect(faults.map((fault) => fault.split(' ')[0])).toEqual([
      'test/left/postgres/PG_VERSION',
      'web/dist',
      'bench/node_modules',
    ]);
  });
});
