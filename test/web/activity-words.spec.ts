import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { activityStrings } from '../../web/src/strings-activity.js';
import { leaves } from '../access/leaves.js';

/** Names in the form of an action, in every file that has to do with the audit log; those of failpoints are not. */
function actionsIn(folder: string): ReadonlySet<string> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  const texts = files
    .map((file) => readFileSync(join(folder, file), 'utf8').replaceAll(/failpoint\('[^']*'\)/g, ''))
    .filter((text) => /audit/i.test(text));
  const named = texts.flatMap((text) => [...text.matchAll(/'([a-z]+(?:-[a-z]+)*\.[a-z]+(?:-[a-z]+)*)'/g)]);
  return new Set(named.map(([, name = '']) => name));
}

describe('the Activity page', () => {
  const own = actionsIn('src');
  const left = Object.values(leaves).filter((action) => action !== null);

  it('has words for everything that a request, or the service by itself, leaves in the audit log', () => {
    const actions = [...new Set([...left, ...own])];
    expect(actions.filter((action) => activityStrings.actions[action] === undefined)).toEqual([]);
    expect([...own]).toEqual(
      expect.arrayContaining(['personal-data.shown', 'deadline.passed', 'verification.finished']),
    );
    expect(left.length).toBeGreaterThan(30);
  });

  it('has words for nothing else', () => {
    const said = Object.keys(activityStrings.actions);
    expect(said.filter((action) => !own.has(action) && !left.includes(action))).toEqual([]);
  });

  it('counts what has come since the chain was proved, in words', () => {
    const { whole } = activityStrings.chain;
    expect(whole(9, 0)).toBe('Whole: no entry was changed, removed or inserted.');
    expect(whole(9, 1)).toBe('Whole up to entry 9; 1 has come since.');
    expect(whole(9, 1200)).toBe('Whole up to entry 9; 1,200 have come since.');
  });
});
