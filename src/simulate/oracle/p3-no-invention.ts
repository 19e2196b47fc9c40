import type { Evidence, Violation } from './evidence.js';
import { text } from './text.js';

/** P3: every edit in the lineage is somebody's edit on that side, in the order in which they were made, and none is counted twice. */
export function p3NoInvention({ units, stood, told }: Evidence): Violation[] {
  const found: Violation[] = [];
  for (const { key } of units) {
    for (const side of ['A', 'B'] as const) {
      const made = stood.filter((one) => one.unit === key && one.side === side && one.by !== 'hub');
      let next = 0;
      for (const row of told) {
        if (row.kind !== 'observed' || row.unit !== key || row.side !== side) continue;
        const wanted = text(row.value);
        const from = next;
        while (next < made.length && text(made[next]?.value) !== wanted) next++;
        if (next === made.length) {
          found.push({ property: 'P3', unit: key, said: `nobody typed ${wanted} on ${side} then` });
          next = from;
        } else next++;
      }
    }
  }
  return found;
}
