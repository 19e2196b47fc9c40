import { describe, expect, it } from '@jest/globals';
import type { LogEntry, LogPage, RecordState, StatePage } from '../../src/connectors/connector.js';
import { MOST_AT_ONCE } from '../../src/core/stamp.js';
import { BulkEdits, keyOfEntry, keyOfState } from '../../src/sync/lane/bulk-edits.js';

function log(...transactions: readonly (readonly [tx: string, records: number, from?: number])[]): LogPage {
  const entries = transactions.flatMap(([tx, records, from = 0]) =>
    Array.from({ length: records }, (_, i): LogEntry => ({
      position: i,
      tx,
      op: 'update',
      id: String(from + i),
      oldId: null,
      before: {},
      after: {},
      batchId: null,
      by: null,
      at: i,
    })),
  );
  return { kind: 'log', entries, cursor: null, more: false, gap: null };
}

function states(
  ...groups: readonly (readonly [at: number | null, by: string | null, records: number])[]
): StatePage {
  const all = groups.flatMap(([modifiedAt, by, records]) =>
    Array.from({ length: records }, (_, i): RecordState => ({
      id: `${String(modifiedAt)} ${by ?? ''} ${String(i)}`,
      values: {},
      modifiedAt,
      by: by === null ? null : { kind: 'person', name: by },
    })),
  );
  return { kind: 'states', states: all, readStart: 0, readEnd: 0, cursor: null, more: false, gap: null };
}

describe('edits of many records at once', () => {
  it('are those of one source transaction, once it touches more records than a person would', () => {
    const found = new BulkEdits().of('A', log(['7', MOST_AT_ONCE], ['8', MOST_AT_ONCE + 1], ['9', 1]));
    expect([...found]).toEqual(['8']);
  });

  it('count records, not entries', () => {
    const again = Array.from({ length: MOST_AT_ONCE * 3 }, () => ['7', 1] as const);
    expect([...new BulkEdits().of('A', log(...again))]).toEqual([]);
  });

  it('are those of one time and author, where states are read', () => {
    const many = MOST_AT_ONCE + 1;
    const page = states([1000, 'import', many], [1000, 'ann', 5], [1001, 'import', 5], [null, null, many]);
    const found = new BulkEdits().of('B', page);
    expect(page.states.filter((state) => found.has(keyOfState(state) ?? ''))).toHaveLength(many);
  });

  it('are recognised across the end of a page, also when a page is read twice', () => {
    const bulk = new BulkEdits();
    const half = MOST_AT_ONCE / 2 + 1;
    const first = log(['6', 3], ['7', half]);
    expect([...bulk.of('A', first)]).toEqual([]);
    expect([...bulk.of('A', log(['6', 3], ['7', half]))]).toEqual([]);
    expect([...bulk.of('B', log(['7', half]))]).toEqual([]);
    const second = log(['7', half, half], ['8', 2]);
    expect([...bulk.of('A', second)]).toEqual(['7']);
    expect(second.entries.filter((entry) => bulk.of('A', second).has(keyOfEntry(entry)))).toHaveLength(half);
    expect([...bulk.of('A', null)]).toEqual([]);
  });
});
