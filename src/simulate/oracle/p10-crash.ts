import type { Evidence, Violation } from './evidence.js';

/** P10: after crashes at any step nothing is left half done. That nothing is lost or invented by them is what the other checks say. */
export function p10Crash({ rest }: Evidence): Violation[] {
  return rest
    .filter(({ openAttempts }) => openAttempts > 0)
    .map(({ openAttempts }) => ({
      property: 'P10',
      unit: '',
      said: `${String(openAttempts)} writes left open at the end`,
    }));
}
