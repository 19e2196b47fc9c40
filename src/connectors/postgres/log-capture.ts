import type pg from 'pg';
import type { Author } from '../../core/unit.js';
import type { Raw } from '../../core/value.js';
import type { Cursor, Gap, LogEntry, LogPage } from '../connector.js';
import { ConnectorError } from '../errors.js';
import { roleAuthor, settingAuthor } from '../author.js';
import { inCausalOrder } from './causal-order.js';
import { restartStoppedLog } from './log-restart.js';
import {
  advanced,
  asLogCursor,
  doneUpTo,
  pending,
  type FrozenNext,
  type LogCursor,
  type WholeTransaction,
} from './log-cursor.js';
import { ownMark, stopped } from './log-schema.js';
import { logStatements, pageBytes, type EntryRow, type LogStatements } from './log-statements.js';
import { isOver, parseSnapshot, upTo } from './snapshot-text.js';
import { guarded, sqlState } from './server-error.js';
import { dueWhole, keptTogether } from './whole-transactions.js';

interface Head {
  readonly snapshot: string;
  readonly last: number;
  readonly timeline: string;
  readonly log: string;
  readonly floor: number;
  readonly gapBefore: string | null;
  readonly armed: boolean;
}

/** Reads the trigger log of one table for one consumer. */
export class LogCapture {
  private readonly sql: LogStatements;
  private readonly columns: ReadonlySet<string>;

  constructor(
    private readonly pool: pg.Pool,
    private readonly oid: number,
    private readonly object: string,
    private readonly consumer: string,
    columns: readonly string[],
    private readonly repair: () => Promise<void>,
  ) {
    this.columns = new Set(columns);
    this.sql = logStatements(oid);
  }

  async now(): Promise<LogCursor> {
    return this.guarded(async () => {
      const { floor, last } = await this.marker();
      const head = await this.head();
      const snapshot = upTo(head.snapshot, last);
      // Who runs now may have made entries at any time since it began: from the lowest that is kept.
      const { running } = parseSnapshot(snapshot);
      return {
        v: 1,
        mode: 'log',
        log: head.log,
        timeline: head.timeline,
        snapshot,
        floor,
        running: Object.fromEntries(running.map((xid) => [xid, Math.min(head.floor, floor)])),
        next: null,
        gapBefore: null,
      };
    });
  }

  async hasNews(given: Cursor): Promise<boolean> {
    const cursor = asLogCursor(given);
    return this.guarded(async () => {
      const head = await this.head();
      if (cursor.next !== null || cursor.gapBefore !== null) return true;
      if (
        head.last !== cursor.floor ||
        !head.armed ||
        head.log !== cursor.log ||
        head.timeline !== cursor.timeline
      )
        return true;
      const snapshot = parseSnapshot(head.snapshot);
      return pending(cursor).xids.some((xid) => isOver(snapshot, xid));
    });
  }

  async changes(given: Cursor, limit: number): Promise<LogPage> {
    const cursor = asLogCursor(given);
    const due = dueWhole(cursor.next);
    return this.guarded(() =>
      cursor.next !== null && due !== null
        ? this.wholePage(cursor, cursor.next, due, limit)
        : this.pageInOrder(cursor, limit),
    );
  }

  private async pageInOrder(cursor: LogCursor, limit: number): Promise<LogPage> {
    const frozen = cursor.next;
    const marker = frozen === null ? await this.marker() : null;
    const stop = frozen === null ? Infinity : Math.min(...frozen.whole.map(({ last }) => last));
    const { head, rows } = await this.read('page', [
      ...this.window(cursor, frozen?.snapshot ?? null, marker?.last ?? null),
      frozen?.seq ?? 0,
      Number.isFinite(stop) ? stop : null,
      frozen?.whole.map(({ xid }) => xid) ?? [],
      limit + 1,
      pageBytes,
    ]);
    const gap = this.lostGround(cursor, head);
    if (gap !== null) return await this.startAgain(head, gap);
    const next: FrozenNext =
      frozen ??
      ({
        snapshot: upTo(head.snapshot, marker?.last ?? '0'),
        floor: marker?.floor ?? 0,
        seq: 0,
        reach: null,
        whole: [],
      } satisfies FrozenNext);
    const more = rows.length > limit || rows.at(-1)?.[12] === 't';
    if (rows.length > limit) rows.pop();
    const end = more ? Number(rows.at(-1)?.[0]) : stop;
    if (end === Infinity) return this.pageOf(rows, advanced(cursor, next));
    const kept = await keptTogether(rows, end, next, async (statement, values) => {
      const window = this.window(cursor, next.snapshot, null);
      return (await this.query(statement, [...window, ...values])).rows;
    });
    return this.pageOf(kept.rows, { ...cursor, next: kept.next });
  }

  private async wholePage(
    cursor: LogCursor,
    next: FrozenNext,
    due: WholeTransaction,
    limit: number,
  ): Promise<LogPage> {
    const { head, rows } = await this.read('whole', [
      ...this.window(cursor, next.snapshot, null),
      due.xid,
      due.first,
      due.last,
      !due.rekeys,
      ...due.at,
      limit,
      pageBytes,
    ]);
    const gap = this.lostGround(cursor, head);
    if (gap !== null) return await this.startAgain(head, gap);
    const last = rows.at(-1);
    const others = next.whole.filter((one) => one !== due);
    const whole =
      last?.[12] === 't'
        ? [{ ...due, at: [due.rekeys ? '' : (last[3] ?? ''), Number(last[0])] as const }, ...others]
        : others;
    return this.pageOf(rows, { ...cursor, next: { ...next, whole } });
  }

  private pageOf(rows: readonly EntryRow[], moved: LogCursor): LogPage {
    const { entries, gap } = this.entries(rows);
    const again = moved.gapBefore !== null && parseSnapshot(moved.snapshot).xmin >= BigInt(moved.gapBefore);
    return {
      kind: 'log',
      entries,
      cursor: (again ? { ...moved, gapBefore: null } : moved) as unknown as Cursor,
      more: moved.next !== null,
      gap:
        gap ??
        (again
          ? {
              reason: 'log-capped',
              detail: `Changes that were under way while the log of ${this.object} was full are not in it`,
            }
          : null),
    };
  }

  /** What the frozen snapshot sees and the cursor's does not. */
  private window(cursor: LogCursor, snapshot: string | null, newest: string | null): readonly unknown[] {
    const { xids, floors } = pending(cursor);
    return [cursor.snapshot, snapshot, cursor.floor, xids, floors, ownMark(this.oid, this.consumer), newest];
  }

  private async read(
    statement: 'page' | 'whole',
    values: readonly unknown[],
  ): Promise<{ readonly head: Head; readonly rows: EntryRow[] }> {
    const { rows } = await this.query(statement, values);
    const head = this.readHead(rows.shift());
    return { head, rows: rows as unknown as EntryRow[] };
  }

  private query(
    statement: keyof LogStatements,
    values: readonly unknown[] = [],
  ): Promise<pg.QueryResult<(string | null)[]>> {
    return this.pool.query<(string | null)[]>({
      name: `${statement} ${this.oid}`,
      text: this.sql[statement],
      values: [...values],
      rowMode: 'array',
    });
  }

  private async head(): Promise<Head> {
    return this.readHead((await this.query('head')).rows[0]);
  }

  private async marker(): Promise<{ readonly floor: number; readonly last: string }> {
    const [floor, last] = (await this.query('marker')).rows[0] ?? [];
    return { floor: Number(floor), last: last ?? '0' };
  }

  private readHead(row: readonly (string | null)[] | undefined): Head {
    if (row === undefined) throw this.missing();
    const [snapshot, last, timeline, log, floor, gapBefore, armed] = row;
    return {
      snapshot: snapshot ?? '',
      last: Number(last),
      timeline: timeline ?? '',
      log: log ?? '',
      floor: Number(floor),
      gapBefore: gapBefore ?? null,
      armed: armed === 'true',
    };
  }

  /** Why the entries between the cursor and now are not all there; `null` when they are. */
  private lostGround(cursor: LogCursor, head: Head): Gap | null {
    if (cursor.log !== head.log)
      return { reason: 'cursor-lost', detail: `The log of ${this.object} was removed and installed anew` };
    if (cursor.timeline !== head.timeline) {
      return {
        reason: 'restored',
        detail: `The server's timeline changed from ${cursor.timeline} to ${head.timeline}: a standby took over, or a backup was restored`,
      };
    }
    if (parseSnapshot(head.snapshot).xmax < parseSnapshot(cursor.snapshot).xmax) {
      return { reason: 'restored', detail: `Transaction numbers of the server ran backwards` };
    }
    if (head.last >= stopped)
      return { reason: 'log-capped', detail: `The log of ${this.object} reached its size limit and stopped` };
    if (doneUpTo(cursor) < head.floor)
      return {
        reason: 'log-capped',
        detail: `Entries of the log of ${this.object} were removed before they were read, or were not made for a while`,
      };
    if (!head.armed)
      return {
        reason: 'schema-changed',
        detail: `A capture trigger of ${this.object} was dropped or disabled; it is installed again`,
      };
    return null;
  }

  private async startAgain(head: Head, gap: Gap): Promise<LogPage> {
    if (head.last >= stopped) await restartStoppedLog(this.pool, this.oid);
    if (!head.armed) await this.repair();
    const fresh = await this.now();
    const { gapBefore } = await this.head();
    // Whoever was under way while nothing was logged may still commit: a second gap once they are all over.
    const unfinished = gapBefore !== null && parseSnapshot(fresh.snapshot).xmin < BigInt(gapBefore);
    const next = unfinished ? { ...fresh, gapBefore } : fresh;
    return { kind: 'log', entries: [], cursor: next as unknown as Cursor, more: false, gap };
  }

  private entries(rows: readonly EntryRow[]): {
    readonly entries: readonly LogEntry[];
    readonly gap: Gap | null;
  } {
    const entries: LogEntry[] = [];
    let gap: Gap | null = null;
    let nested = false;
    for (const [seq, tx, op, id, oldId, before, after, actor, role, batchId, depth, at] of rows) {
      if (op === 'T') gap = { reason: 'truncated', detail: `${this.object} was emptied by TRUNCATE` };
      else if (op === 'S')
        gap ??= {
          reason: 'schema-changed',
          detail: `Changes of ${this.object} could not be logged: ${failure(after)}`,
        };
      if (op === 'T' || op === 'S' || id === null) continue;
      const was = op === 'I' ? null : this.parse(before);
      const is = op === 'D' ? null : this.parse(after);
      if (op === 'U' && is !== null && isEmpty(is)) continue;
      nested ||= depth !== '1';
      entries.push({
        position: Number(seq),
        tx,
        op: op === 'U' ? 'update' : op === 'I' ? 'insert' : op === 'D' ? 'delete' : 'rekey',
        id,
        oldId,
        before: was,
        after: is,
        batchId,
        by: author(actor, role),
        at: Number(at),
      });
    }
    return { entries: nested ? inCausalOrder(entries) : entries, gap };
  }

  /** Other consumers may have more columns logged than this one asked for. */
  private parse(text: string | null): Record<string, Raw> | null {
    if (text === null) return null;
    const all = members<Raw>(text);
    for (const name in all) {
      if (this.columns.has(name)) continue;
      return Object.fromEntries(Object.entries(all).filter(([key]) => this.columns.has(key)));
    }
    return all;
  }

  private missing(): ConnectorError {
    return new ConnectorError('capture-missing', `The log of ${this.object} is not installed`);
  }

  private async guarded<T>(work: () => Promise<T>): Promise<T> {
    return guarded(`reading the log of ${this.object}`, async () => {
      try {
        return await work();
      } catch (error) {
        if (sqlState(error) === '42P01' || sqlState(error) === '3F000') throw this.missing();
        throw error;
      }
    });
  }
}

function isEmpty(record: Readonly<Record<string, Raw>>): boolean {
  for (const key in record) return !Object.hasOwn(record, key);
  return true;
}

function members<T>(text: string): Record<string, T> {
  return JSON.parse(`{${text.slice(1)}}`) as Record<string, T>;
}

function failure(after: string | null): string {
  return after === null ? '' : String(members<string>(after).error);
}

function author(actor: string | null, role: string | null): Author | null {
  if (actor !== null && actor !== '') return settingAuthor(actor);
  return role === null ? null : roleAuthor(role);
}
