import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { armFailpoints, failpoint, FAILPOINTS, FailpointReached } from '../../src/common/failpoint.js';

describe('failpoints', () => {
  afterEach(() => armFailpoints(null));

  it('do nothing in a process that no test has armed', () => {
    expect(failpoint('hub.begun')).toBeUndefined();
  });

  it('act at the hit that was asked for, once', async () => {
    armFailpoints('hub.begun:2:error,lane.gathered:1:delay=30');
    await failpoint('hub.begun');
    await expect(failpoint('hub.begun')).rejects.toThrow(FailpointReached);
    await failpoint('hub.begun');
    const before = performance.now();
    await failpoint('lane.gathered');
    expect(performance.now() - before).toBeGreaterThan(25);
  });

  it('cannot be armed outside of tests', () => {
    const { NODE_ENV } = process.env;
    try {
      process.env.NODE_ENV = 'production';
      expect(() => armFailpoints('hub.begun:1:kill')).toThrow('only tests');
    } finally {
      process.env.NODE_ENV = NODE_ENV;
    }
  });

  it('refuse what they do not understand', () => {
    for (const text of ['hub.begin:1:kill', 'hub.begun:0:kill', 'hub.begun:1:stop', 'hub.begun'])
      expect(() => armFailpoints(text)).toThrow(text);
  });

  it('have numbers of their own, and each stands in the source', async () => {
    const numbers = Object.values(FAILPOINTS);
    expect(new Set(numbers).size).toBe(numbers.length);
    const root = join(import.meta.dirname, '../../src');
    const files = (await readdir(root, { recursive: true })).filter((name) => name.endsWith('.ts'));
    const sources = await Promise.all(files.map((name) => readFile(join(root, name), 'utf8')));
    const used = sources.join('\n');
    const unused = Object.keys(FAILPOINTS).filter((name) => !used.includes(`await failpoint('${name}')`));
    expect(unused).toEqual([]);
  });
});
