import type { ItemException, WriteBatch, WriteItem } from '../connector.js';
import { ConnectorError } from '../errors.js';
import { mustBeBatch } from '../sql/batch-shape.js';
import type { Column, Table } from './catalog.js';
import { keyParts, rawText } from './record-id.js';
import { fitsKey } from './select-columns.js';

export interface PlannedItem {
  readonly index: number;
  readonly item: WriteItem;
  readonly key: readonly string[];
}

/** Items with the same operation on the same columns: one statement text for all of them. */
export interface WriteGroup {
  readonly op: WriteItem['op'];
  readonly set: readonly Column[];
  readonly expect: readonly Column[];
  readonly items: PlannedItem[];
}

export interface PlannedBatch {
  readonly groups: readonly WriteGroup[];
  readonly refused: readonly ItemException[];
}

/** The server would need more memory for one statement than is decent. */
const maxValueLength = 200 * 1024 ** 2;

/**
 * Sorts a batch into groups; within a group in key order, so that two writers take their row locks in the same order. Values that
 * PostgreSQL cannot store as text are refused here by item: a NUL would fail the whole statement, and a lone surrogate would be
 * replaced by U+FFFD on its way without anybody noticing.
 */
export function planBatch(batch: WriteBatch, table: Table, maxItems: number): PlannedBatch {
  mustBeBatch(batch, maxItems);
  const groups = new Map<string, WriteGroup>();
  let shape: Shape | null = null;
  const refused: ItemException[] = [];
  for (const [index, item] of batch.items.entries()) {
    const key = keyParts(
      table.key[0]?.type.field === 'uuid' ? item.id.toLowerCase() : item.id,
      table.key.length,
    );
    if (key === null || !fitsKey(table, key)) {
      refused.push(
        item.op === 'create'
          ? rejected(
              index,
              'value-invalid',
              `"${shown(item.id)}" cannot be the key of ${table.object}`,
              table.schema.key,
            )
          : { index, kind: 'gone' },
      );
      continue;
    }
    const unstorable = unstorableColumns(item);
    if (unstorable.length > 0) {
      refused.push(
        rejected(
          index,
          'value-unstorable',
          'PostgreSQL cannot store a NUL character, a lone surrogate or more than 200 MB in one value',
          unstorable,
        ),
      );
      continue;
    }
    // Neighbours mostly have the same shape: their group is found without spelling out its names.
    if (shape === null || !hasShape(item, shape)) shape = shapeOf(groups, table, item);
    const mismatch =
      item.op === 'create' && shape.namesKey
        ? table.key.filter(({ name }, i) => Object.hasOwn(item.set, name) && item.set[name] !== key[i])
        : [];
    if (mismatch.length > 0) {
      refused.push(
        rejected(
          index,
          'key-mismatch',
          'The key in the values is not the id of the record',
          mismatch.map(({ name }) => name),
        ),
      );
      continue;
    }
    shape.group.items.push({ index, item, key });
  }
  // A group is known under several orders of its names.
  const distinct = [...new Set(groups.values())];
  for (const group of distinct) {
    if (group.op !== 'create') group.items.sort((x, y) => (x.item.id < y.item.id ? -1 : 1));
  }
  return { groups: distinct, refused };
}

export function rejected(
  index: number,
  code: string,
  detail: string,
  columns: readonly string[],
): ItemException {
  return { index, kind: 'rejected', code, detail, columns };
}

interface Shape {
  readonly op: WriteItem['op'];
  readonly set: readonly string[];
  readonly expect: readonly string[];
  /** Key columns are among the columns set. */
  readonly namesKey: boolean;
  readonly group: WriteGroup;
}

function shapeOf(groups: Map<string, WriteGroup>, table: Table, item: WriteItem): Shape {
  const set = item.op === 'delete' ? [] : Object.keys(item.set);
  const expect = item.op === 'create' ? [] : Object.keys(item.expect);
  const namesKey = table.key.some(({ name }) => set.includes(name));
  return { op: item.op, set, expect, namesKey, group: groupOf(groups, table, item, set, expect) };
}

function hasShape(item: WriteItem, shape: Shape): boolean {
  return (
    item.op === shape.op &&
    (item.op === 'delete' || hasNames(item.set, shape.set)) &&
    (item.op === 'create' || hasNames(item.expect, shape.expect))
  );
}

function hasNames(values: Readonly<Record<string, unknown>>, names: readonly string[]): boolean {
  let i = 0;
  for (const name in values) if (names[i++] !== name) return false;
  return i === names.length;
}

function groupOf(
  groups: Map<string, WriteGroup>,
  table: Table,
  item: WriteItem,
  set: readonly string[],
  expect: readonly string[],
): WriteGroup {
  const signature = `${item.op}\n${set.join('\t')}\n${expect.join('\t')}`;
  const known = groups.get(signature);
  if (known !== undefined) return known;
  // Another order of the same names is the same statement.
  const sorted = `${item.op}\n${[...set].sort().join('\t')}\n${[...expect].sort().join('\t')}`;
  const group = groups.get(sorted) ?? {
    op: item.op,
    set: columnsOf(table, set).filter((column) => item.op !== 'create' || !table.key.includes(column)),
    expect: columnsOf(table, expect),
    items: [],
  };
  groups.set(sorted, group).set(signature, group);
  return group;
}

function columnsOf(table: Table, names: readonly string[]): readonly Column[] {
  return [...names].sort().map((name) => {
    const column = table.columns.get(name);
    if (column === undefined)
      throw new ConnectorError('field-unknown', `${table.object} has no column "${name}"`, {
        details: { object: table.object, field: name },
      });
    return column;
  });
}

function unstorableColumns(item: WriteItem): readonly string[] {
  const found: string[] = [];
  if (item.op !== 'delete') collect(item.set, found);
  if (item.op !== 'create') collect(item.expect, found);
  return found;
}

function collect(values: Readonly<Record<string, unknown>>, found: string[]): void {
  for (const name in values) {
    const value = rawText(values[name] as string | null, name);
    if (value === null) continue;
    if (value.length > maxValueLength || value.includes('\0') || !value.isWellFormed()) found.push(name);
  }
}

function shown(id: string): string {
  return id.slice(0, 80).replaceAll('\0', '\\0');
}
