import { isDeepStrictEqual } from 'node:util';
import type { Raw } from '../../core/value.js';
import type { ItemException } from '../connector.js';
import type { Column, Table } from './catalog.js';
import { itemSource, keyMatch, textOf } from './item-source.js';
import type { Queryable } from './pools.js';
import { shown } from './record-id.js';
import type { PlannedItem, WriteGroup } from './write-plan.js';

export interface WriteScope {
  readonly table: Table;
  /** Columns of the endpoint. */
  readonly columns: readonly Column[];
}

type Values = Readonly<Record<string, Raw>>;
type Hold = '' | ' for update' | ' for update skip locked';

const chunkItems = 500;
const chunkBytes = 4 * 2 ** 20;

/**
 * Runs groups of items within a transaction that someone else opened. The rows are locked and read, what stands is compared with what was
 * expected letter by letter (a comparison by the server would go by collations, or by trailing blanks), and what still stands is written in
 * one statement. Nobody can come between, so it is one comparison and one write.
 */
export class GroupRunner {
  constructor(private readonly scope: WriteScope) {}

  async run(db: Queryable, group: WriteGroup, items: readonly PlannedItem[]): Promise<ItemException[]> {
    const exceptions: ItemException[] = [];
    for (const chunk of chunksOf(items)) {
      exceptions.push(
        ...(group.op === 'create'
          ? await this.create(db, group, chunk)
          : await this.change(db, group, chunk)),
      );
    }
    return exceptions;
  }

  private async change(
    db: Queryable,
    group: WriteGroup,
    items: readonly PlannedItem[],
  ): Promise<ItemException[]> {
    const standing = await this.standing(db, items, ' for update');
    const exceptions: ItemException[] = [];
    const hits: PlannedItem[] = [];
    for (const planned of items) {
      const { index, item } = planned;
      const current = standing.get(index);
      if (current === undefined) exceptions.push({ index, kind: 'gone' });
      else if (item.op !== 'create' && stillStands(item.expect, current)) hits.push(planned);
      else exceptions.push({ index, kind: 'missed', current });
    }
    if (hits.length === 0) return exceptions;
    const { table } = this.scope;
    const parameter = [parameterOf(group, hits)];
    const source = itemSource(table.key.length, group.set.length);
    if (group.op === 'delete') {
      await db.run(`delete t from ${table.qualified} t join ${source} on ${keyMatch(table)}`, parameter);
      return exceptions;
    }
    if (group.set.length > 0) {
      const set = group.set.map((column, i) => `t.${column.quoted} = ${column.type.assign(`i.v${i + 1}`)}`);
      await db.run(
        `update ${table.qualified} t join ${source} on ${keyMatch(table)} set ${set.join(', ')}`,
        parameter,
      );
    }
    return [...exceptions, ...(await this.normalised(db, hits, standing))];
  }

  private async create(
    db: Queryable,
    group: WriteGroup,
    items: readonly PlannedItem[],
  ): Promise<ItemException[]> {
    const { table } = this.scope;
    const there = await this.standing(db, items, '');
    const fresh = items.filter(({ index }) => !there.has(index));
    const exceptions = items
      .filter(({ index }) => there.has(index))
      .map(({ index, item }): ItemException => ({
        index,
        kind: 'duplicate',
        detail: `A record with the key ${item.id} exists already`,
      }));
    if (fresh.length === 0) return exceptions;
    const columns = [...table.key, ...group.set].map(({ quoted }) => quoted);
    const values = [
      ...table.key.map((column, i) => column.type.assign(`i.k${i + 1}`)),
      ...group.set.map((column, i) => column.type.assign(`i.v${i + 1}`)),
    ];
    await db.run(
      `insert into ${table.qualified} (${columns.join(', ')}) select ${values.join(', ')} from ${itemSource(table.key.length, group.set.length)}`,
      [parameterOf(group, fresh)],
    );
    return [...exceptions, ...(await this.normalised(db, fresh, new Map()))];
  }

  /** What stands where it is not what was sent, and which other fields moved because of it. */
  private async normalised(
    db: Queryable,
    items: readonly PlannedItem[],
    before: ReadonlyMap<number, Values>,
  ): Promise<ItemException[]> {
    const stands = await this.standing(db, items, '');
    const found: ItemException[] = [];
    for (const { index, item } of items) {
      const now = stands.get(index);
      if (now === undefined || item.op === 'delete') continue;
      const after: Record<string, Raw> = { ...item.set };
      const also: Record<string, Raw> = {};
      let differs = false;
      for (const [name, value] of Object.entries(now)) {
        const sent = item.set[name];
        if (sent !== undefined) {
          after[name] = value;
          differs ||= value !== sent;
        } else if (!isDeepStrictEqual(value, before.get(index)?.[name] ?? null) && !this.isKey(name))
          also[name] = value;
      }
      if (differs || Object.keys(also).length > 0) found.push({ index, kind: 'normalised', after, also });
    }
    return found;
  }

  /** What stands, by index of the item: the endpoint's columns, and what the items name besides. */
  async standing(
    db: Queryable,
    items: readonly PlannedItem[],
    hold: Hold,
  ): Promise<ReadonlyMap<number, Values>> {
    const { table } = this.scope;
    const columns = this.readable(items);
    const list = columns.map((column) => `, ${textOf(column, 't')}`).join('');
    const rows = await db.rows(
      `select cast(i.n as char)${list} from ${itemSource(table.key.length, 0)} join ${table.qualified} t on ${keyMatch(table)}${hold}`,
      [JSON.stringify(items.map(({ key }) => key))],
    );
    const found = new Map<number, Values>();
    for (const [n = null, ...texts] of rows) {
      const planned = items[Number(n) - 1];
      if (planned === undefined) continue;
      const values = columns.map((column, i) => [column.name, shown(texts[i] ?? null, column)] as const);
      found.set(planned.index, Object.fromEntries(values));
    }
    return found;
  }

  private readable(items: readonly PlannedItem[]): readonly Column[] {
    const { table, columns } = this.scope;
    const extra = new Set(
      items.flatMap(({ item }) => [
        ...(item.op === 'create' ? [] : Object.keys(item.expect)),
        ...(item.op === 'delete' ? [] : Object.keys(item.set)),
      ]),
    );
    for (const { name } of columns) extra.delete(name);
    return [...columns, ...[...extra].flatMap((name) => table.columns.get(name) ?? [])];
  }

  private isKey(name: string): boolean {
    return this.scope.table.key.some((column) => column.name === name);
  }
}

function stillStands(expect: Values, current: Values): boolean {
  return Object.entries(expect).every(([name, raw]) => isDeepStrictEqual(current[name] ?? null, raw));
}

function parameterOf(group: WriteGroup, items: readonly PlannedItem[]): string {
  return JSON.stringify(
    items.map(({ key, set }) => [...key, ...group.set.map(({ name }) => set[name] ?? null)]),
  );
}

function* chunksOf(items: readonly PlannedItem[]): Generator<readonly PlannedItem[]> {
  let chunk: PlannedItem[] = [];
  let bytes = 0;
  for (const planned of items) {
    const size = Object.values(planned.set).reduce((sum, text) => sum + (text?.length ?? 0), 0);
    if (chunk.length >= chunkItems || (chunk.length > 0 && bytes + size > chunkBytes)) {
      yield chunk;
      chunk = [];
      bytes = 0;
    }
    chunk.push(planned);
    bytes += size;
  }
  if (chunk.length > 0) yield chunk;
}
