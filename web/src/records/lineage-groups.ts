import type { LineageEntry } from '../api/lineage-types';

/** What one cause did: the entries of one transaction, batch or decision that were recorded together. */
export interface LineageGroup {
  readonly id: string;
  readonly kind: string;
  readonly head: LineageEntry;
  readonly entries: readonly LineageEntry[];
}

export function groupByCause(entries: readonly LineageEntry[]): readonly LineageGroup[] {
  const groups: { id: string; kind: string; head: LineageEntry; entries: LineageEntry[] }[] = [];
  for (const entry of entries) {
    const last = groups.at(-1);
    if (last && sameCause(last.head, entry)) last.entries.push(entry);
    else groups.push({ id: `${entry.id} ${entry.field}`, kind: entry.kind, head: entry, entries: [entry] });
  }
  return groups;
}

function sameCause(x: LineageEntry, y: LineageEntry): boolean {
  return (
    x.id === y.id ||
    (x.kind === y.kind &&
      x.side === y.side &&
      x.recordedAt === y.recordedAt &&
      x.cause.tx === y.cause.tx &&
      x.cause.decision === y.cause.decision)
  );
}
