import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';

it('docs/conflict-matrix.md says what the case tables say', async () => {
  const checked = promisify(execFile)(process.execPath, ['scripts/conflict-matrix.mjs', '--check']);
  await expect(checked).resolves.toMatchObject({ stderr: '' });
});
