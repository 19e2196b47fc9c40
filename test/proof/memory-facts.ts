import type { MemorySystem } from '../../src/connectors/memory/system.js';
import type { Raw } from '../../src/core/value.js';
import { arrayOf } from './memory-people.js';
import type { SideFacts } from './oracle.js';
import type { Change, Row } from './registers.js';

type Values = Readonly<Record<string, Raw>>;

/** The facts of a system in memory, from its journal. */
export function factsOfMemory({ journal, records }: MemorySystem): SideFacts {
  const held = new Map<string, Row>();
  const changes: Change[] = [];
  for (const { position, tx, record, op, after, origin } of journal) {
    const was = held.get(record) ?? null;
    const became = op === 'delete' ? null : rowOf({ ...(was?.raws as Values | undefined), ...after });
    if (became === null) held.delete(record);
    else held.set(record, became);
    changes.push({
      pos: position,
      by: origin === 'hub' ? 'accord' : 'person',
      op: op === 'insert' ? 'INSERT' : op === 'update' ? 'UPDATE' : 'DELETE',
      key: (became ?? was)?.key ?? record,
      tx: String(tx),
      was,
      became,
    });
  }
  const now = new Map<string, Row>();
  for (const { now: standing } of records.values()) {
    if (!standing.alive) continue;
    const row = rowOf(standing.values);
    now.set(row.key, row);
  }
  return { changes, now };
}

function rowOf(raws: Values): Row {
  return {
    ...raws,
    id: 0,
    key: raws.key as string,
    n: Number(raws.n ?? 0),
    tags: arrayOf(raws.tags),
    raws,
  };
}
