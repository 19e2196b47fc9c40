import { appendFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { seeded } from '../support/seeded.js';
import { failpointKills, LOAD_POINTS, PAGE_POINTS, type Kill } from './kill-plan.js';
import { KillRun } from './kill-run.js';
import type { Verdict } from './oracle.js';

// `npm run prove:kills` asks for more.
const KILLS = Number(process.env.ACCORD_TEST_KILLS ?? 16);
const AT_RANDOM = Number(process.env.ACCORD_TEST_KILLS_AT_RANDOM ?? 4);
const SEED = Number(process.env.ACCORD_TEST_SEED ?? Date.now() % 1_000_000);
const LOOK_EVERY = Number(process.env.ACCORD_TEST_LOOK_EVERY ?? 20);
/** Only points whose names match. */
const ONLY = new RegExp(process.env.ACCORD_TEST_KILL_POINTS ?? '.');
/** On a machine that does other things as well, a page of edits after a gap takes its time. */
const PATIENCE_MS = process.env.ACCORD_TEST_KILLS === undefined ? 120_000 : 180_000;
const inFull = process.env.ACCORD_TEST_KILLS !== undefined;

describe(`a service killed ${String(KILLS)} times at failpoints and ${String(AT_RANDOM)} times at any moment (seed ${String(SEED)})`, () => {
  let run: KillRun;
  const passed = new Map<string, { kills: number; missed: number }>();
  const looks: Verdict[] = [];
  const stories: string[] = [];

  const kill = async (one: Kill): Promise<void> => {
    const reached = await run.kill(one, PATIENCE_MS);
    const name = one.point ?? 'any moment';
    const known = passed.get(name) ?? { kills: 0, missed: 0 };
    passed.set(name, {
      kills: known.kills + (reached ? 1 : 0),
      missed: known.missed + (reached ? 0 : 1),
    });
  };

  const look = async (): Promise<void> => {
    const verdict = await run.look();
    looks.push(verdict);
    for (const violation of verdict.violations.slice(0, 3))
      stories.push(`${violation}\n${await run.story(violation)}\n`);
    const file = process.env.ACCORD_TEST_STORIES;
    if (file !== undefined) await appendFile(file, stories.splice(0).join('\n'));
  };

  beforeAll(async () => {
    const random = seeded(SEED);
    run = await KillRun.open({ seed: SEED, records: inFull ? 7800 : 240, paceMs: 12 });
    run.work();
    const pageless = PAGE_POINTS[Math.floor(random() * PAGE_POINTS.length)];
    const loading = LOAD_POINTS.filter((name) => inFull || (name !== pageless && random() < 0.3));
    for (const point of loading) await kill({ point, hit: 1, before: null });
    await look();
    const kills: Kill[] = [...failpointKills(KILLS, random, ONLY)];
    for (let i = 0; i < AT_RANDOM; i++)
      kills.splice(Math.floor(random() * (kills.length + 1)), 0, { point: null, hit: 1, before: null });
    for (let i = 0; i < kills.length && looks.at(-1)?.violations.length === 0; i += LOOK_EVERY) {
      run.work();
      for (const one of kills.slice(i, i + LOOK_EVERY)) await kill(one);
      await look();
    }
    if (inFull) process.stdout.write(table(passed, looks));
  }, 7_200_000);
  afterAll(() => run.close());

  it('loses nothing, invents nothing, writes nothing twice, and leaves nothing open', () => {
    expect([...looks.flatMap(({ violations }) => violations), ...stories]).toEqual([]);
    expect(looks.at(-1)?.edits).toBeGreaterThan(100);
  });

  it('was killed where it was meant to be', () => {
    const never = [...passed].filter(([, { kills }]) => kills === 0).map(([name]) => name);
    expect(never).toEqual([]);
  });
});

function table(
  passed: ReadonlyMap<string, { kills: number; missed: number }>,
  looks: readonly Verdict[],
): string {
  const last = looks.at(-1);
  const rows = [...passed].sort(([x], [y]) => (x < y ? -1 : 1));
  const total = rows.reduce((sum, [, { kills }]) => sum + kills, 0);
  return [
    `\nseed ${String(SEED)}: ${String(total)} kills, ${String(looks.length)} looks`,
    `${String(last?.edits)} edits, ${String(last?.decisions)} decisions, ${String(last?.writes)} rows written, ${String(last?.openConflicts)} questions open at the end`,
    `violations: ${String(looks.reduce((sum, { violations }) => sum + violations.length, 0))}`,
    '',
    'killed  not reached in time  point',
    ...rows.map(
      ([name, { kills, missed }]) => `${String(kills).padStart(6)}  ${String(missed).padStart(19)}  ${name}`,
    ),
    '',
  ].join('\n');
}
