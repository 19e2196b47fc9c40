import type { Evidence, Violation } from './evidence.js';

/** P12: the conflicts that people are shown are exactly those that the registers say. */
export function p12Conflicts({ rest }: Evidence): Violation[] {
  const found: Violation[] = [];
  for (const { conflicts, derived, ended } of rest) {
    if (ended) continue;
    for (const key of new Set([...Object.keys(conflicts), ...Object.keys(derived)])) {
      if (conflicts[key] === derived[key]) continue;
      const said = `shown ${conflicts[key] ?? 'nothing'}, the registers say ${derived[key] ?? 'nothing'}`;
      found.push({ property: 'P12', unit: key, said });
    }
  }
  return found;
}
