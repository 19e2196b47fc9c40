import type pg from 'pg';
import type { Cursor, StatePage } from '../connector.js';
import type { Column, Table } from './catalog.js';
import { asPollingCursor, type PollingCursor } from './polling-cursor.js';
import { keyParts } from './record-id.js';
import { stateList, stateOf, type StateColumns } from './select-columns.js';
import { guarded } from './server-error.js';

type Row = (string | null)[];
type Beginning = Pick<PollingCursor, 'from' | 'strict' | 'settled'>;

/** Capture by the modification stamp: no trigger, nothing installed. Rows without a stamp and deletions are not seen. */
export class PollingCapture {
  private readonly stamp: string;
  private readonly type: string;

  constructor(
    private readonly pool: pg.Pool,
    private readonly table: Table,
    private readonly state: StateColumns,
    updatedAt: Column,
    private readonly overlapMs: number,
  ) {
    this.stamp = `t.${updatedAt.quoted}`;
    this.type = updatedAt.type.castTarget;
  }

  async now(): Promise<PollingCursor> {
    return guarded(`asking the clock of ${this.table.object}`, async () => {
      const { rows } = await this.pool.query<{ now: string }>(
        `select clock_timestamp()::${this.type}::text as now`,
      );
      const now = rows[0]?.now ?? null;
      return {
        v: 1,
        mode: 'polling',
        from: null,
        strict: false,
        settled: false,
        quiet: false,
        at: null,
        high: now,
        newest: now,
      };
    });
  }

  async hasNews(given: Cursor): Promise<boolean> {
    const cursor = asPollingCursor(given);
    if (cursor.at !== null || !cursor.quiet || cursor.high === null) return true;
    return guarded(`looking for changes of ${this.table.object}`, async () => {
      const text = `select 1 from ${this.table.qualified} t where ${this.stamp} > $1::${this.type} and ${this.stamp} <= clock_timestamp()::${this.type} limit 1`;
      return (await this.pool.query({ text, values: [cursor.high] })).rows.length > 0;
    });
  }

  async changes(given: Cursor, limit: number): Promise<StatePage> {
    const cursor = asPollingCursor(given);
    return guarded(`reading changes of ${this.table.object}`, async () => {
      const readStart = Date.now();
      const begin: Beginning = cursor.at === null ? await this.beginning(cursor) : cursor;
      const { rows } = await this.pool.query<Row>({
        ...this.query(begin, cursor.at),
        values: this.values(begin, cursor.at, limit),
        rowMode: 'array',
      });
      const names = this.state.columns.map(({ name }) => name);
      const more = rows.length === limit;
      const last = rows.at(-1);
      const newest = last?.[0] ?? cursor.newest;
      const next: PollingCursor = more
        ? {
            ...cursor,
            from: begin.from,
            strict: begin.strict,
            settled: begin.settled,
            at: [last?.[0] ?? '', last?.[1] ?? ''],
            newest,
          }
        : { ...cursor, at: null, quiet: begin.settled && newest === cursor.high, high: newest, newest };
      return {
        kind: 'states',
        states: rows.map((row) => stateOf(row, names, 1)),
        readStart,
        readEnd: Date.now(),
        cursor: next as unknown as Cursor,
        more,
        gap: null,
      };
    });
  }

  /** Decided on the side's own clock. */
  private async beginning(cursor: PollingCursor): Promise<Beginning> {
    if (cursor.high === null) return { from: null, strict: false, settled: false };
    if (cursor.quiet) return { from: cursor.high, strict: true, settled: true };
    const { rows } = await this.pool.query<{ from: string; settled: string }>({
      text: `select (h.high - make_interval(secs => $2::float8 / 1000))::text as from,
          (clock_timestamp()::${this.type} > h.high + make_interval(secs => $2::float8 / 1000))::text as settled from (select $1::${this.type} as high) h`,
      values: [cursor.high, this.overlapMs],
    });
    const [row] = rows;
    return { from: row?.from ?? null, strict: false, settled: row?.settled === 'true' };
  }

  private query(begin: Beginning, at: PollingCursor['at']): { readonly text: string } {
    const { table, stamp, type } = this;
    const key = table.key.map((column) => `t.${column.quoted}`).join(', ');
    const bound =
      at !== null
        ? `(${stamp}, ${key}) > ($2::${type}, ${table.key.map((column, i) => `$${i + 3}::${column.type.castTarget}`).join(', ')})`
        : begin.from === null
          ? `${stamp} is not null`
          : `${stamp} ${begin.strict ? '>' : '>='} $2::${type}`;
    return {
      text: `select ${stamp}::text, ${stateList(table, this.state, 't')} from ${table.qualified} t
        where ${bound} and ${stamp} <= clock_timestamp()::${type} order by ${stamp}, ${key} limit $1::int`,
    };
  }

  private values(begin: Beginning, at: PollingCursor['at'], limit: number): (string | number)[] {
    if (at !== null) return [limit, at[0], ...(keyParts(at[1], this.table.key.length) ?? [])];
    return begin.from === null ? [limit] : [limit, begin.from];
  }
}
