import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from '@jest/globals';
import { withLockFile } from '../../src/embedded/start-lock.js';

describe('the start lock', () => {
  const folder = mkdtempSync(join(tmpdir(), 'accord-lock-'));
  const file = join(folder, 'lock');
  afterAll(() => rmSync(folder, { recursive: true }));

  it('lets one in at a time, and the next when the one before failed', async () => {
    let inside = 0;
    let most = 0;
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) =>
        withLockFile(file, async () => {
          most = Math.max(most, ++inside);
          await sleep(5);
          inside -= 1;
          if (index % 2 === 0) throw new Error('failed inside');
        }),
      ),
    );
    expect(most).toBe(1);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(4);
    expect(existsSync(file)).toBe(false);
  });

  it('is taken over from a process that died, by exactly one', async () => {
    const dead = spawnSync('true').pid;
    writeFileSync(file, String(dead));
    let inside = 0;
    await Promise.all(
      Array.from({ length: 4 }, () =>
        withLockFile(file, async () => {
          expect(++inside).toBe(1);
          await sleep(5);
          inside -= 1;
        }),
      ),
    );
  });

  it('is taken over from an empty file, which a process left that died while it wrote', async () => {
    writeFileSync(file, '');
    utimesSync(file, new Date(Date.now() - 5_000), new Date(Date.now() - 5_000));
    await expect(withLockFile(file, () => Promise.resolve('in'))).resolves.toBe('in');
  });
});
