import { appendFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { seeded } from '../support/seeded.js';
import { ScheduleWorld } from './schedule-world.js';

// `npm run prove:schedules` asks for more.
const HISTORIES = Number(process.env.ACCORD_TEST_HISTORIES ?? 2000);
const SEED = Number(process.env.ACCORD_TEST_SEED ?? Date.now() % 1_000_000);
const AT_ONCE = 1000;

describe(`${String(HISTORIES)} histories on the real database (seed ${String(SEED)})`, () => {
  it('lose nothing, invent nothing and agree in the end, whatever happens on the way', async () => {
    const found: string[] = [];
    let [edits, decisions, crashes, asked] = [0, 0, 0, 0];
    for (let done = 0, seed = SEED; done < HISTORIES && found.length === 0; done += AT_ONCE, seed++) {
      const records = Math.min(AT_ONCE, HISTORIES - done);
      const world = await ScheduleWorld.open({ records, steps: 240, random: seeded(seed) });
      try {
        const verdict = await world.run();
        edits += verdict.edits;
        decisions += verdict.decisions;
        crashes += world.crashes;
        asked += verdict.openConflicts;
        found.push(...verdict.violations.map((violation) => `seed ${String(seed)}: ${violation}`));
        const file = process.env.ACCORD_TEST_STORIES;
        for (const violation of file === undefined ? [] : verdict.violations.slice(0, 4))
          await appendFile(file ?? '', `${violation}\n${await world.story(violation)}\n\n`);
      } finally {
        await world.close();
      }
    }
    if (process.env.ACCORD_TEST_HISTORIES !== undefined)
      process.stdout.write(
        `\n${String(HISTORIES)} histories from seed ${String(SEED)}: ${String(edits)} edits, ${String(decisions)} decisions, ` +
          `${String(crashes)} crashes, ${String(asked)} questions left open, ${String(found.length)} violations\n`,
      );
    expect(found).toEqual([]);
    expect(edits).toBeGreaterThan(HISTORIES * 2);
    expect(crashes).toBeGreaterThan(0);
    expect(decisions).toBeGreaterThan(0);
  }, 7_200_000);
});
