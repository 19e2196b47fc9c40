import type { Evidence, Value, Violation } from './evidence.js';
import { text } from './text.js';

/** P3: every edit in the lineage is somebody's edit on that side, in the order in which they were made, and none is counted twice. */
export function p3NoInvention({ units, stood, told, restored }: Evidence): Violation[] {
  // A hub that was set back takes what it had written itself since then for somebody's.
  const isForgotten = (at: number): boolean =>
    restored.some((one) => one.of === 'hub' && one.backupAt < at && at <= one.at);
  const found: Violation[] = [];
  for (const { key } of units) {
    for (const side of ['A', 'B'] as const) {
      const made: { at: number; value: Value }[] = stood.filter(
        (one) =>
          one.unit === key &&
          one.side === side &&
          (one.by === 'hub' ? isForgotten(one.at) : one.by !== 'restore'),
      );
      // Taken for somebody's, with all that the backup had, whoever had written that.
      for (const one of restored) {
        if (one.of === side && one.how === 'take') made.push({ at: one.at, value: one.stood[side][key] });
      }
      made.sort((x, y) => x.at - y.at);
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
