import type { ItemException, WriteBatch, WriteItem } from '../connector.js';
import { ConnectorError } from '../errors.js';
import { mustBeBatch } from '../sql/batch-shape.js';
import type { Column, Table } from './catalog.js';
import { keyTexts, rawText } from './record-id.js';

type Texts = Readonly<Record<string, string | null>>;

export interface PlannedItem {
  readonly index: number;
  readonly item: WriteItem;
  /** The key's server texts. */
  readonly key: readonly string[];
  /** What is assigned, as server texts. */
  readonly set: Texts;
}

/** Items with the same operation on the same columns: one statement for all of them. */
export interface WriteGroup {
  readonly op: WriteItem['op'];
  readonly set: readonly Column[];
  /** Columns that an item of the group expects something of. */
  readonly expect: readonly Column[];
  readonly items: PlannedItem[];
}

export interface PlannedBatch {
  readonly groups: readonly WriteGroup[];
  readonly refused: readonly ItemException[];
}

/**
 * Sorts a batch into groups; within a group in key order, so that two writers take their row locks in the same order. Values that cannot be
 * sent at all are refused here by item.
 */
export function planBatch(batch: WriteBatch, table: Table, maxItems: number): PlannedBatch {
  mustBeBatch(batch, maxItems);
  const groups = new Map<string, WriteGroup>();
  const refused: ItemException[] = [];
  for (const [index, item] of batch.items.entries()) {
    const key = keyTexts(table.key, item.id);
    if (key === null) {
      refused.push(
        item.op === 'create'
          ? rejected(
              index,
              'value-invalid',
              `"${item.id.slice(0, 80)}" cannot be the key of ${table.object}`,
              table.schema.key,
            )
          : { index, kind: 'gone' },
      );
      continue;
    }
    const group = groupOf(groups, table, item);
    const values = textsOf(index, item, group, table, key);
    if ('kind' in values) refused.push(values);
    else group.items.push({ index, item, key, set: values.set });
  }
  const planned = [...groups.values()].filter(({ items }) => items.length > 0);
  for (const { items } of planned) items.sort((x, y) => (x.item.id < y.item.id ? -1 : 1));
  return { groups: planned, refused };
}

export function rejected(
  index: number,
  code: string,
  detail: string,
  columns: readonly string[],
): ItemException {
  return { index, kind: 'rejected', code, detail, columns };
}

function groupOf(groups: Map<string, WriteGroup>, table: Table, item: WriteItem): WriteGroup {
  const set = item.op === 'delete' ? [] : Object.keys(item.set).sort();
  const expect = item.op === 'create' ? [] : Object.keys(item.expect).sort();
  const signature = JSON.stringify([item.op, set, expect]);
  const known = groups.get(signature);
  if (known !== undefined) return known;
  const group: WriteGroup = {
    op: item.op,
    set: columnsOf(table, set).filter((column) => item.op !== 'create' || !table.key.includes(column)),
    expect: columnsOf(table, expect),
    items: [],
  };
  groups.set(signature, group);
  return group;
}

function columnsOf(table: Table, names: readonly string[]): readonly Column[] {
  return names.map((name) => {
    const column = table.columns.get(name);
    if (column === undefined)
      throw new ConnectorError('field-unknown', `${table.object} has no column "${name}"`, {
        details: { object: table.object, field: name },
      });
    return column;
  });
}

function textsOf(
  index: number,
  item: WriteItem,
  group: WriteGroup,
  table: Table,
  key: readonly string[],
): { readonly set: Texts } | ItemException {
  if (item.op === 'delete') return { set: {} };
  const unstorable: string[] = [];
  const invalid: string[] = [];
  const required: string[] = [];
  const set: Record<string, string | null> = {};
  for (const { name, type, notNull } of group.set) {
    const raw = rawText(item.set[name], name);
    const text = raw === null ? null : type.fromRaw(raw);
    // An update of several rows would make it '' or 0, however strict the session is.
    if (raw === null && notNull) required.push(name);
    else if (raw !== null && text === null) invalid.push(name);
    else if (text !== null && (text.includes('\0') || !text.isWellFormed())) unstorable.push(name);
    set[name] = text;
  }
  if (unstorable.length > 0)
    return rejected(
      index,
      'value-unstorable',
      'A NUL character or a lone surrogate cannot be kept by both sides',
      unstorable,
    );
  if (required.length > 0) return rejected(index, 'value-required', 'The column must not be empty', required);
  if (invalid.length > 0)
    return rejected(index, 'value-invalid', 'The value is not of the type of the column', invalid);
  if (item.op === 'create') {
    const other = table.key.filter(({ name, type }, i) => {
      const raw = item.set[name];
      return typeof raw === 'string' && type.fromRaw(raw) !== key[i];
    });
    if (other.length > 0)
      return rejected(
        index,
        'key-mismatch',
        'The key in the values is not the id of the record',
        other.map(({ name }) => name),
      );
  }
  return { set };
}
