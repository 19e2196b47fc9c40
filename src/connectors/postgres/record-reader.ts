import type pg from 'pg';
import type { Cursor, RecordState, StatePage } from '../connector.js';
import { readAhead } from '../sql/read-ahead.js';
import { arrayLiteral } from './array-literal.js';
import type { Table } from './catalog.js';
import { guarded } from './server-error.js';
import { fitsKey, keyArrays, keyMatch, stateList, stateOf, type StateColumns } from './select-columns.js';
import { keyParts } from './record-id.js';

type Row = (string | null)[];

/** Reads records as they stand: by id, or all of them in key order. */
export class RecordReader {
  constructor(
    private readonly pool: pg.Pool,
    private readonly table: Table,
    private readonly state: StateColumns,
  ) {}

  snapshot(
    columns: StateColumns['columns'],
    pageSize: number,
    after: string | undefined,
  ): AsyncIterable<readonly RecordState[]> {
    const state = { ...this.state, columns };
    return readAhead((limit, behind) => this.page(state, limit, behind), pageSize, after);
  }

  /** One page in key order. */
  async page(state: StateColumns, pageSize: number, after: string | undefined): Promise<RecordState[]> {
    const { table } = this;
    const names = state.columns.map(({ name }) => name);
    return guarded(`reading ${table.object}`, async () => {
      const key = table.key.map((column) => `t.${column.quoted}`).join(', ');
      const parts = after === undefined ? null : keyParts(after, table.key.length);
      const bound = parts?.map((_, i) => `$${i + 2}::${table.key[i]?.type.castTarget ?? 'text'}`).join(', ');
      const text = `select ${stateList(table, state, 't')} from ${table.qualified} t${bound === undefined ? '' : ` where (${key}) > (${bound})`} order by ${key} limit $1::int`;
      const { rows } = await this.pool.query<Row>({
        text,
        values: [pageSize, ...(parts ?? [])],
        rowMode: 'array',
      });
      return rows.map((row) => stateOf(row, names));
    });
  }

  async fetch(ids: readonly string[], cursor: Cursor): Promise<StatePage> {
    const { table, state } = this;
    const { arrays } = keyArrays(table, ids);
    const readStart = Date.now();
    const rows = await guarded(`reading records of ${table.object}`, async () => {
      const items = table.key.map((_, i) => `$${i + 1}::text[]`).join(', ');
      const names = table.key.map((_, i) => `k${i + 1}`).join(', ');
      const text = `select ${stateList(table, state, 't')} from unnest(${items}) i(${names}) join ${table.qualified} t on ${keyMatch(table, 't', 'i')}`;
      return (await this.pool.query<Row>({ text, values: arrays.map(arrayLiteral), rowMode: 'array' })).rows;
    });
    const names = state.columns.map(({ name }) => name);
    return {
      kind: 'states',
      states: rows.map((row) => stateOf(row, names)),
      readStart,
      readEnd: Date.now(),
      cursor,
      more: false,
      gap: null,
    };
  }

  /** Row security applies to this account. A policy may show it every row all the same; that cannot be told. */
  async hidesRecords(): Promise<boolean> {
    const { object, oid } = this.table;
    return guarded(`asking for row security of ${object}`, async () => {
      const { rows } = await this.pool.query<{ active: string }>({
        text: `select row_security_active($1::oid)::text as active`,
        values: [oid],
      });
      return rows[0]?.active === 'true';
    });
  }

  async estimate(): Promise<number | null> {
    return guarded(`estimating the size of ${this.table.object}`, async () => {
      const { rows } = await this.pool.query<{ n: string | null }>({
        text: `select case when reltuples < 0 then null when relpages = 0 then 0
            else round(reltuples / relpages * (pg_relation_size(oid) / current_setting('block_size')::int)) end::text as n from pg_class where oid = $1`,
        values: [this.table.oid],
      });
      const n = rows[0]?.n ?? null;
      return n === null ? null : Number(n);
    });
  }

  idIsPossible(id: string): boolean {
    const parts = keyParts(id, this.table.key.length);
    return parts !== null && fitsKey(this.table, parts);
  }
}
