import { describe, expect, it } from '@jest/globals';
import { ALL_ON } from '../../src/simulate/hub/switches.js';
import { replay, runSeed } from '../../src/simulate/run.js';
import { storyOf } from '../../src/simulate/story.js';
import { expectKept } from '../support/simulate/expect-kept.js';

describe('any two sides', () => {
  it('keep all promises in 4,000 histories', () => {
    expectKept(100_001, 4_000);
  }, 240_000);

  it('keep all promises in 300 histories where both refuse the same values', () => {
    expectKept(4_600_001, 300, {
      tune: ({ sides: { A, B }, ...setup }) => ({
        ...setup,
        sides: { A: { ...A, refuses: true }, B: { ...B, refuses: true } },
      }),
    });
  }, 60_000);

  it('the same seed is the same history, and its actions alone play it again', () => {
    const first = runSeed(7);
    const second = runSeed(7);
    expect(second.history).toEqual(first.history);
    expect(second.evidence.told).toEqual(first.evidence.told);
    expect(replay(first.history).evidence.told).toEqual(first.evidence.told);
  });

  it('a run that broke a promise is told in a few steps, with what plays it again', () => {
    const options = { switches: { ...ALL_ON, conditionalWrites: false } };
    const failing = Array.from({ length: 100 }, (_, i) => runSeed(i + 1, options)).find((one) =>
      one.violations.some(({ property }) => property === 'P2'),
    );
    const story = storyOf(failing!, options);
    expect(story).toMatch(/cut down to \d{1,2}\./);
    expect(story).toMatch(/replaced .* on [AB], whose maker nobody asked|is in no lineage/);
    expect(story).toContain('Play it again: {');
  });
});
