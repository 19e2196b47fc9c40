import type { Cursor, StatePage } from '../connector.js';
import { ConnectorError } from '../errors.js';
import type { Column, Table } from './catalog.js';
import { quoteText } from './identifiers.js';
import type { Queryable } from './pools.js';
import { behind, stateList, stateOf, type StateColumns } from './record-reader.js';
import { keyTexts } from './record-id.js';
import { guarded } from './server-error.js';

/**
 * Where a reader by `updated_at` stands. A round reads from `from` to the end in the order (stamp, key); `at` is the last row it has
 * read. Transactions commit in another order than they stamp: so the next round begins `overlapMs` before the newest stamp, reads
 * those rows again, and only when the server's clock has left that window behind does a round begin strictly after `high`.
 */
interface PollingCursor {
  readonly v: 1;
  readonly mode: 'polling';
  readonly from: string | null;
  readonly strict: boolean;
  readonly settled: boolean;
  readonly quiet: boolean;
  readonly at: readonly [stamp: string, id: string] | null;
  readonly high: string | null;
  readonly newest: string | null;
}

type Beginning = Pick<PollingCursor, 'from' | 'strict' | 'settled'>;

const stampForm = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?$/;

/** Capture by the modification stamp: no trigger, nothing installed. Rows without a stamp and deletions are not seen. */
export class PollingCapture {
  private readonly stamp: string;
  private readonly clock: string;

  constructor(
    private readonly db: Queryable,
    private readonly table: Table,
    private readonly state: StateColumns,
    updatedAt: Column,
    private readonly overlapMs: number,
  ) {
    this.stamp = `t.${updatedAt.quoted}`;
    // A DATETIME is filled with the time of day where the server is, a TIMESTAMP is shown in our session's UTC.
    this.clock =
      updatedAt.type.field === 'datetime'
        ? 'utc_timestamp(6)'
        : `coalesce(convert_tz(utc_timestamp(6), '+00:00', @@global.time_zone), utc_timestamp(6))`;
  }

  async now(): Promise<PollingCursor> {
    return guarded(`asking the clock of ${this.table.object}`, async () => {
      const [row] = await this.db.rows(`select cast(${this.clock} as char)`);
      const now = row?.[0] ?? null;
      const still = { from: null, strict: false, settled: false, quiet: false, at: null };
      return { v: 1, mode: 'polling', ...still, high: now, newest: now };
    });
  }

  async hasNews(given: Cursor): Promise<boolean> {
    const cursor = asPollingCursor(given);
    if (cursor.at !== null || !cursor.quiet || cursor.high === null) return true;
    return guarded(`looking for changes of ${this.table.object}`, async () => {
      const rows = await this.db.rows(
        `select '1' from ${this.table.qualified} t where ${this.stamp} > ${quoteText(cursor.high ?? '')} and ${this.stamp} <= ${this.clock} limit 1`,
      );
      return rows.length > 0;
    });
  }

  async changes(given: Cursor, limit: number): Promise<StatePage> {
    const cursor = asPollingCursor(given);
    return guarded(`reading changes of ${this.table.object}`, async () => {
      const { table, state, stamp } = this;
      const readStart = Date.now();
      const begin: Beginning = cursor.at === null ? await this.beginning(cursor) : cursor;
      const order = table.key.map(({ quoted }) => `t.${quoted}`).join(', ');
      const rows = await this.db.rows(
        `select cast(${stamp} as char), ${stateList(table, state)} from ${table.qualified} t
          where ${this.bound(begin, cursor.at)} and ${stamp} <= ${this.clock} order by ${stamp}, ${order} limit ${limit}`,
      );
      const states = rows.map(([, ...row]) => stateOf(table, row, state));
      const more = rows.length === limit;
      const newest = rows.at(-1)?.[0] ?? cursor.newest;
      const next: PollingCursor = more
        ? { ...cursor, ...begin, at: [newest ?? '', states.at(-1)?.id ?? ''], newest }
        : { ...cursor, at: null, quiet: begin.settled && newest === cursor.high, high: newest, newest };
      return {
        kind: 'states',
        states,
        readStart,
        readEnd: Date.now(),
        cursor: next as unknown as Cursor,
        more,
        gap: null,
      };
    });
  }

  /** Decided on the server's own clock. */
  private async beginning(cursor: PollingCursor): Promise<Beginning> {
    if (cursor.high === null) return { from: null, strict: false, settled: false };
    if (cursor.quiet) return { from: cursor.high, strict: true, settled: true };
    const high = `cast(${quoteText(cursor.high)} as datetime(6))`;
    const overlap = `interval ${Math.round(this.overlapMs * 1000)} microsecond`;
    const [row] = await this.db.rows(
      `select cast(${high} - ${overlap} as char), cast(${this.clock} > ${high} + ${overlap} as char)`,
    );
    return { from: row?.[0] ?? null, strict: false, settled: row?.[1] === '1' };
  }

  private bound(begin: Beginning, at: PollingCursor['at']): string {
    const { stamp, table } = this;
    if (at !== null) {
      const last = quoteText(at[0]);
      return `(${stamp} > ${last} or (${stamp} = ${last} and ${behind(table.key, keyTexts(table.key, at[1]) ?? [])}))`;
    }
    if (begin.from === null) return `${stamp} is not null`;
    return `${stamp} ${begin.strict ? '>' : '>='} ${quoteText(begin.from)}`;
  }
}

/** @throws ConnectorError `cursor-invalid` for what another capture mode, another version or a hand has written */
function asPollingCursor(cursor: Cursor): PollingCursor {
  const value = cursor as unknown as PollingCursor | null;
  if (typeof value === 'object' && value?.mode === 'polling' && value.v === 1 && isWhole(value)) return value;
  throw new ConnectorError('cursor-invalid', 'The cursor was not made by capture mode "polling"');
}

function isWhole({ from, strict, settled, quiet, at, high, newest }: PollingCursor): boolean {
  const flags: readonly unknown[] = [strict, settled, quiet];
  const texts: readonly unknown[] = [from, high, newest];
  const place: unknown = at;
  return (
    flags.every((flag) => typeof flag === 'boolean') &&
    texts.every((text) => text === null || (typeof text === 'string' && stampForm.test(text))) &&
    (place === null ||
      (Array.isArray(place) && place.length === 2 && place.every((part) => typeof part === 'string')))
  );
}
