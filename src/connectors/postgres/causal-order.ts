import type { LogEntry } from '../connector.js';

/**
 * AFTER row triggers fire when their statement is complete, row by row. When one of the side's own triggers then changes a row that
 * the same statement had changed, and ours has not fired for that row yet, the later change is logged first. Inside one transaction
 * and record the values tell: what one entry left is what the next one found. Positions stay ascending; the entries change places.
 */
export function inCausalOrder(entries: readonly LogEntry[]): readonly LogEntry[] {
  const places = new Map<string, number[]>();
  entries.forEach(({ tx, id }, place) => {
    const key = `${tx} ${id}`;
    const known = places.get(key);
    if (known === undefined) places.set(key, [place]);
    else known.push(place);
  });
  const result = [...entries];
  for (const group of places.values()) {
    if (group.length > 1) sortGroup(result, group);
  }
  return result;
}

/** Insertion sort by "must come before": groups are tiny, and nothing is known about most pairs. */
function sortGroup(entries: LogEntry[], group: readonly number[]): void {
  const sorted: LogEntry[] = [];
  for (const place of group) {
    const entry = entries[place];
    if (entry === undefined) continue;
    let at = sorted.length;
    while (at > 0 && precedes(entry, sorted[at - 1])) at--;
    sorted.splice(at, 0, entry);
  }
  const positions = group.map((place) => entries[place]?.position ?? 0);
  group.forEach((place, i) => {
    const entry = sorted[i];
    const position = positions[i];
    if (entry !== undefined && position !== undefined)
      entries[place] = entry.position === position ? entry : { ...entry, position };
  });
}

/** True when `x`, logged later, must have happened before `y`: its result is what `y` found, and not the other way round. */
function precedes(x: LogEntry, y: LogEntry | undefined): boolean {
  return y !== undefined && leadsTo(x, y) && !leadsTo(y, x);
}

function leadsTo(first: LogEntry, second: LogEntry): boolean {
  if (first.op === 'delete' || second.op === 'insert') return first.op === 'delete' && second.op === 'insert';
  if (first.op === 'insert' && second.before === null) return true;
  const left = first.after;
  const found = second.before;
  if (left === null || found === null) return false;
  const common = Object.keys(found).filter((name) => Object.hasOwn(left, name));
  return common.length > 0 && common.every((name) => left[name] === found[name]);
}
