import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';

describe('npm test', () => {
  const broken = join('test', 'scripts', `made-${process.pid}.spec.ts`);
  afterAll(() => rmSync(broken, { force: true }));

  function run(file: string): { status: number | null; last: string | undefined } {
    const { status, stdout } = spawnSync(process.execPath, ['scripts/test.mjs', file], { encoding: 'utf8' });
    return { status, last: stdout.trimEnd().split('\n').at(-1) };
  }

  it('ends with a line of its own that counts the tests', () => {
    expect(run('test/common/ids.spec.ts')).toEqual({ status: 0, last: '3 passed, 0 failed, 0 skipped' });
  });

  it('counts failing tests, and a suite that cannot be loaded, as failed', () => {
    writeFileSync(
      broken,
      `import { it } from '@jest/globals';\nit('is wrong', () => { throw new Error('wrong'); });\n`,
    );
    expect(run(broken)).toEqual({ status: 1, last: '0 passed, 1 failed, 0 skipped' });
    writeFileSync(broken, `import '../nowhere.js';\n`);
    expect(run(broken)).toEqual({ status: 1, last: '0 passed, 1 failed, 0 skipped' });
  });
});
