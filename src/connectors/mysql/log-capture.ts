import type { Cursor, Gap, LogPage } from '../connector.js';
import { ConnectorError } from '../errors.js';
import type { Table } from './catalog.js';
import { claimNumbers } from './claim-numbers.js';
import {
  asLogCursor,
  doneUpTo,
  gapsAfter,
  inRanges,
  without,
  type LogCursor,
  type Range,
} from './log-cursor.js';
import { entryList, toEntries, type EntryScope } from './log-entries.js';
import { isFull, restartFullLog } from './log-restart.js';
import { inSchema, logName, mostEntries, ownMark } from './log-schema.js';
import { keptTogether, leanList, wholeFactor } from './page-cut.js';
import type { SessionPool } from './pools.js';
import { errorNumber, errors, guarded } from './server-error.js';
import { isArmed, readTableMark, wasEmptied } from './table-watch.js';

interface Head {
  readonly capture: number;
  readonly log: string;
  readonly floor: number;
  /** The newest entry that is visible, or the floor. */
  readonly last: number;
}

/** Between two looks at what a poll of the log does not show: triggers that are gone, a table that was emptied. */
const watchMs = 1000;

/** A page is read again while numbers below its end turn up; each time some are closed, so this is never reached. */
const mostRounds = 50;

/** Reads the trigger log of one table for one consumer (docs/adr/0007-mysql-capture.md). */
export class LogCapture {
  private capture: number | null = null;
  private watchedAt = 0;

  constructor(
    private readonly db: SessionPool,
    private readonly table: Table,
    private readonly consumer: string,
    private readonly columns: EntryScope['columns'],
    private readonly repair: () => Promise<void>,
  ) {}

  async now(): Promise<LogCursor> {
    return this.guarded(async () => {
      const mark = await readTableMark(this.db, this.table);
      const { last } = await this.head();
      const log = this.log(await this.known());
      const rows = await this.db.rows(
        `select cast(prev + 1 as char), cast(seq - 1 as char) from (
           select seq, coalesce(lag(seq) over (order by seq), 0) as prev from ${log} where seq <= ${last}) l where seq <> prev + 1`,
      );
      // Last: what is purged meanwhile is no gap.
      const head = await this.head();
      const holes = rows
        .map(([first, end]): Range => [Math.max(Number(first), head.floor + 1), Number(end)])
        .filter(([first, end]) => first <= end);
      await this.flush();
      return { v: 1, mode: 'log', log: head.log, high: Math.max(last, head.floor), gaps: holes, table: mark };
    });
  }

  async hasNews(given: Cursor): Promise<boolean> {
    const cursor = asLogCursor(given);
    return this.guarded(async () => {
      const head = await this.head();
      if (head.log !== cursor.log || head.last !== cursor.high || head.floor > doneUpTo(cursor)) return true;
      if (cursor.gaps.length > 0) {
        const late = await this.db.rows(
          `select '1' from ${this.log(head.capture)} where ${inRanges(cursor.gaps, null)} limit 1`,
        );
        if (late.length > 0) return true;
      }
      if (Date.now() < this.watchedAt + watchMs) return false;
      this.watchedAt = Date.now();
      return (
        !(await isArmed(this.db, this.table, head.capture)) ||
        (await isFull(this.db, this.table, head.capture)) ||
        wasEmptied(cursor.table, await readTableMark(this.db, this.table))
      );
    });
  }

  async changes(given: Cursor, limit: number): Promise<LogPage> {
    const cursor = asLogCursor(given);
    return this.guarded(async () => {
      const mark = await readTableMark(this.db, this.table);
      const armed = await isArmed(this.db, this.table, await this.known());
      const page = await this.page(cursor, limit);
      const full = await isFull(this.db, this.table, await this.known());
      const head = await this.head();
      const gap = this.lostGround(cursor, head, armed, full);
      if (gap !== null) return await this.startAgain(gap, armed, full);
      const rows = await this.entryRows(page.seen);
      if (page.seen.length > 0) await this.flush();
      const scope = { table: this.table, columns: this.columns, own: ownMark(head.capture, this.consumer) };
      const { entries, unread, removes } = toEntries(rows, scope);
      // Rows that went by themselves leave no entry; those that somebody, or we, deleted do.
      const filled = cursor.table.filled && !removes;
      const emptied = !page.more && wasEmptied({ ...cursor.table, filled }, mark);
      const closed = await claimNumbers(this.db, this.log(head.capture), page.gaps);
      const next: LogCursor = {
        ...cursor,
        high: page.end,
        gaps: closed.reduce(without, page.gaps),
        table: page.more ? { ...cursor.table, filled } : mark,
      };
      return {
        kind: 'log',
        entries,
        cursor: next as unknown as Cursor,
        more: page.more,
        gap: emptied
          ? { reason: 'truncated', detail: `${this.table.object} was emptied by TRUNCATE, or made anew` }
          : unread === null
            ? null
            : {
                reason: 'schema-changed',
                detail: `Changes of ${this.table.object} could not be logged: ${unread}`,
              },
      };
    });
  }

  /**
   * Which entries are next. A view of the data is not taken in one instant: it may miss a transaction and show one that followed it. So where
   * numbers are missing they are looked for once more; what had preceded something that was seen is there by then. When a look finds
   * nothing more, everything before what was seen was seen.
   */
  private async page(cursor: LogCursor, limit: number): Promise<Page> {
    const log = this.log(await this.known());
    const look = limit * wholeFactor + 1;
    for (let round = 1; ; round++) {
      const lean = await this.db.rows(
        `select ${leanList} from ${log} where ${inRanges(cursor.gaps, cursor.high)} order by seq limit ${look}`,
      );
      const count = keptTogether(lean, limit);
      const seen = lean.slice(0, count).map(([seq]) => Number(seq));
      const more = count < lean.length || lean.length === look;
      const last = seen.at(-1) ?? cursor.high;
      const end = Math.max(cursor.high, last);
      const gaps = gapsAfter(cursor, seen, end);
      const below = more ? gaps.filter(([first]) => first <= last) : gaps;
      if (below.length === 0) return { seen, gaps, end, more };
      const late = await this.db.rows(`select '1' from ${log} where ${inRanges(below, null)} limit 1`);
      if (late.length === 0) return { seen, gaps, end, more };
      if (round === mostRounds)
        throw new ConnectorError('side-busy', `The log of ${this.table.object} does not come to rest`);
    }
  }

  private async entryRows(seen: readonly number[]): Promise<(string | null)[][]> {
    if (seen.length === 0) return [];
    const log = this.log(await this.known());
    return this.db.rows(`select ${entryList} from ${log} where seq in (${seen.join(', ')}) order by seq`);
  }

  /**
   * What others have committed can be seen shortly before it is on disk. Were it lost in a crash, its numbers would be handed out again, and a
   * cursor that had passed them would pass the new entries by: so a cursor speaks only of what lies before a commit of our own.
   */
  private async flush(): Promise<void> {
    const { database, name } = this.table;
    await this.db.run(
      `set statement innodb_lock_wait_timeout = 3 for update ${inSchema(database, 'consumer')} set seen_at = greatest(current_timestamp(6), seen_at + interval 1 microsecond)
        where consumer = ? and table_schema = ? and table_name = ?`,
      [this.consumer, database, name],
    );
  }

  private log(capture: number): string {
    return logName(this.table.database, capture);
  }

  /** Number of the installed capture. */
  private async known(): Promise<number> {
    return this.capture ?? (await this.head()).capture;
  }

  private async head(): Promise<Head> {
    const where = `where c.table_schema = ? and c.table_name = ?`;
    const values = [this.table.database, this.table.name];
    for (;;) {
      const last =
        this.capture === null ? 'null' : `(select cast(max(seq) as char) from ${this.log(this.capture)})`;
      const [row] = await this.db.rows(
        `select cast(c.id as char), c.log_id, cast(c.floor as char), ${last} from ${inSchema(this.table.database, 'capture')} c ${where}`,
        values,
      );
      if (row === undefined) throw this.missing();
      const [id, log, floor, max] = row;
      if (Number(id) !== this.capture) {
        this.capture = Number(id);
        continue;
      }
      return {
        capture: this.capture,
        log: log ?? '',
        floor: Number(floor),
        last: Math.max(Number(max ?? 0), Number(floor)),
      };
    }
  }

  /** Why the entries between the cursor and now are not all there; `null` when they are. */
  private lostGround(cursor: LogCursor, head: Head, armed: boolean, full: boolean): Gap | null {
    const { object } = this.table;
    if (cursor.log !== head.log)
      return { reason: 'cursor-lost', detail: `The log of ${object} was removed and installed anew` };
    if (head.last < cursor.high)
      return {
        reason: 'restored',
        detail: `The log of ${object} ends before what was read of it: the server was restored`,
      };
    if (!armed)
      return {
        reason: 'schema-changed',
        detail: `A capture trigger of ${object} was dropped; it is installed again`,
      };
    if (full)
      return {
        reason: 'log-capped',
        detail: `The log of ${object} reached its limit of ${mostEntries} entries that nobody had read, and stopped`,
      };
    if (doneUpTo(cursor) < head.floor)
      return {
        reason: 'log-capped',
        detail: `Entries of the log of ${object} were removed before they were read, or were not made for a while`,
      };
    return null;
  }

  private async startAgain(gap: Gap, armed: boolean, full: boolean): Promise<LogPage> {
    if (full) await restartFullLog(this.db, this.table, await this.known());
    if (!armed) await this.repair();
    const fresh = await this.now();
    return { kind: 'log', entries: [], cursor: fresh as unknown as Cursor, more: false, gap };
  }

  private missing(): ConnectorError {
    this.capture = null;
    return new ConnectorError('capture-missing', `The log of ${this.table.object} is not installed`);
  }

  private guarded<T>(work: () => Promise<T>): Promise<T> {
    return guarded(`reading the log of ${this.table.object}`, async () => {
      try {
        return await work();
      } catch (error) {
        const number = errorNumber(error);
        if (number === errors.noTable || number === errors.noDatabase) throw this.missing();
        throw error;
      }
    });
  }
}

interface Page {
  readonly seen: readonly number[];
  readonly gaps: readonly Range[];
  readonly end: number;
  readonly more: boolean;
}
