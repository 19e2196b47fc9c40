import type { Evidence, Violation } from './evidence.js';

/** P7: in which order the two sides are read, and how many of the values in between are seen, changes nothing. */
export function p7Order({ probes }: Evidence): Violation[] {
  return probes
    .filter(({ outcomes }) => new Set(outcomes).size > 1)
    .map(({ unit, outcomes }) => ({ property: 'P7', unit, said: [...new Set(outcomes)].join(' | ') }));
}
