import { settingAuthor } from '../author.js';
import type { Author } from '../../core/unit.js';
import type { Raw } from '../../core/value.js';
import type { Cursor, RecordState, StatePage } from '../connector.js';
import { readAhead } from '../sql/read-ahead.js';
import type { Column, Table } from './catalog.js';
import { quoteText } from './identifiers.js';
import { itemSource, keyList, keyMatch, textOf } from './item-source.js';
import type { Queryable, Row } from './pools.js';
import { idOf, keyTexts, shown } from './record-id.js';
import { guarded } from './server-error.js';

export interface StateColumns {
  readonly columns: readonly Column[];
  readonly updatedAt: Column | null;
  readonly actor: Column | null;
}

/** Reads records as they stand: by id, or all of them in key order. */
export class RecordReader {
  constructor(
    private readonly db: Queryable,
    private readonly table: Table,
    private readonly state: StateColumns,
  ) {}

  snapshot(
    columns: readonly Column[],
    pageSize: number,
    after: string | undefined,
  ): AsyncIterable<readonly RecordState[]> {
    const state = { ...this.state, columns };
    return readAhead((limit, behind) => this.page(state, limit, behind), pageSize, after);
  }

  /** One page in key order. */
  page(state: StateColumns, pageSize: number, after: string | undefined): Promise<RecordState[]> {
    const { table } = this;
    return guarded(`reading ${table.object}`, async () => {
      const order = table.key.map(({ quoted }) => `t.${quoted}`).join(', ');
      const texts = after === undefined ? null : keyTexts(table.key, after);
      const bound = texts === null ? '' : ` where ${behind(table.key, texts)}`;
      const rows = await this.db.rows(
        `select ${stateList(table, state)} from ${table.qualified} t${bound} order by ${order} limit ${pageSize}`,
      );
      return rows.map((row) => stateOf(table, row, state));
    });
  }

  async fetch(ids: readonly string[], cursor: Cursor): Promise<StatePage> {
    const { table, state } = this;
    const asked = ids.flatMap((id) => {
      const key = keyTexts(table.key, id);
      return key === null ? [] : [{ id, key }];
    });
    const readStart = Date.now();
    const rows = await guarded(`reading records of ${table.object}`, () =>
      this.db.rows(
        `select cast(i.n as char), ${stateList(table, state)} from ${itemSource(table.key.length, 0)} join ${table.qualified} t on ${keyMatch(table)}`,
        [JSON.stringify(asked.map(({ key }) => key))],
      ),
    );
    return {
      kind: 'states',
      // Under the id that was asked for: the column may take another spelling for the same key.
      states: rows.map(([n = null, ...row]) => ({
        ...stateOf(table, row, state),
        id: asked[Number(n) - 1]?.id ?? '',
      })),
      readStart,
      readEnd: Date.now(),
      cursor,
      more: false,
      gap: null,
    };
  }

  estimate(): Promise<number | null> {
    const { table } = this;
    return guarded(`estimating the size of ${table.object}`, async () => {
      const [row] = await this.db.rows(
        `select cast(table_rows as char) from information_schema.tables where table_schema = ? and table_name = ?`,
        [table.database, table.name],
      );
      const n = row?.[0] ?? null;
      return n === null ? null : Number(n);
    });
  }
}

/** `(a, b) > (x, y)`, spelled so that the key's index is used. */
export function behind(key: readonly Column[], texts: readonly string[], row = 't'): string {
  const alternatives = key.map((_, i) => {
    const terms = key.slice(0, i + 1).map((column, k) => {
      const value = column.type.key?.(quoteText(texts[k] ?? '')) ?? quoteText(texts[k] ?? '');
      return `${row}.${column.quoted} ${k === i ? '>' : '='} ${value}`;
    });
    return `(${terms.join(' and ')})`;
  });
  return `(${alternatives.join(' or ')})`;
}

/** Key, stamp and actor where there are any, then the columns. */
export function stateList(table: Table, { columns, updatedAt, actor }: StateColumns): string {
  return [
    keyList(table),
    updatedAt === null ? 'null' : stampText(updatedAt, 't'),
    actor === null ? 'null' : textOf(actor, 't'),
    ...columns.map((column) => textOf(column, 't')),
  ].join(', ');
}

/** Milliseconds since the epoch. A DATETIME is a time of day where the server is. */
export function stampText(column: Column, row: string): string {
  const value = `${row}.${column.quoted}`;
  const instant =
    column.type.field === 'datetime'
      ? value
      : `coalesce(convert_tz(${value}, @@global.time_zone, '+00:00'), ${value})`;
  return `cast(unix_timestamp(${instant}) * 1000 as char)`;
}

export function stateOf(table: Table, row: Row, { columns }: StateColumns): RecordState {
  const size = table.key.length;
  const values: Record<string, Raw> = {};
  columns.forEach((column, i) => (values[column.name] = shown(row[size + 2 + i] ?? null, column)));
  const stamp = row[size] ?? null;
  const actor = row[size + 1] ?? null;
  const by: Author | null = actor === null || actor === '' ? null : settingAuthor(actor);
  return {
    id: idOf(
      table.key,
      row.slice(0, size).map((text) => text ?? ''),
    ),
    values,
    modifiedAt: stamp === null || Number(stamp) === 0 ? null : Number(stamp),
    by,
  };
}
