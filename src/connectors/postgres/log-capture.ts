import type pg from 'pg';
import type { Author } from '../../core/unit.js';
import type { Raw } from '../../core/value.js';
import type { Cursor, Gap, LogEntry, LogPage } from '../connector.js';
import { ConnectorError } from '../errors.js';
import { roleAuthor, settingAuthor } from './author.js';
import { inCausalOrder } from './causal-order.js';
import { restartStoppedLog } from './log-restart.js';
import { logNames, ownMark, schemaName, stopped } from './log-schema.js';
import { advanced, asLogCursor, doneUpTo, pending, type FrozenNext, type LogCursor } from './log-cursor.js';
import { isOver, parseSnapshot, upTo } from './snapshot-text.js';
import { guarded, sqlState } from './server-error.js';
import { isOurTrigger } from './trigger-sql.js';

interface Head {
  readonly snapshot: string;
  readonly last: number;
  readonly timeline: string;
  readonly log: string;
  readonly floor: number;
  readonly gapBefore: string | null;
  readonly armed: boolean;
}

/** `union all` puts the head before the entries, in one statement and so under one snapshot. */
type EntryRow = [
  seq: string,
  xid: string,
  op: string,
  id: string | null,
  oldId: string | null,
  before: string | null,
  after: string | null,
  actor: string | null,
  role: string | null,
  batch: string | null,
  depth: string,
  at: string,
];

const columnCount = 12;

/** Reads the trigger log of one table for one consumer. */
export class LogCapture {
  private readonly newsSql: string;
  private readonly pageSql: string;
  private readonly columns: ReadonlySet<string>;
  private readonly markerSql: string;

  constructor(
    private readonly pool: pg.Pool,
    private readonly oid: number,
    private readonly object: string,
    private readonly consumer: string,
    columns: readonly string[],
    private readonly repair: () => Promise<void>,
  ) {
    this.columns = new Set(columns);
    const { log, sequence } = logNames(oid);
    const head = `select pg_current_snapshot()::text, (select last_value from ${sequence})::text,
      case when pg_is_in_recovery() then '' else substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) end,
      c.log_id, c.floor::text, c.gap_before::text,
      (c.triggers = (select count(*) from pg_trigger where tgrelid = ${oid} and tgenabled = 'A' and ${isOurTrigger}))::text
      from ${schemaName}.capture c where c.relid = ${oid}`;
    this.newsSql = head;
    // In this order: the value is read, the id is taken; with the commit both are on disk.
    this.markerSql = `select last_value::text, pg_current_xact_id()::text, pg_logical_emit_message(true, 'accord', '') from ${sequence}`;
    this.pageSql = `
      select h.*, ${Array.from({ length: columnCount - 7 }, () => 'null').join(', ')} from (${head}) h
      union all
      (select seq::text, xid::text, op::text, id, old_id, before, after, actor, role || ' ' || application, case when writer = $7 then batch end, depth::text,
              (date_part('epoch', at) * 1000)::text
       from ${log} entry
       where seq > least($3::bigint, (select min(floor) from unnest($4::xid8[], $5::bigint[]) late(xid, floor)
                                      where pg_visible_in_snapshot(xid, coalesce($2::pg_snapshot, pg_current_snapshot()))))
         and seq > $8::bigint
         and not pg_visible_in_snapshot(xid, $1::pg_snapshot)
         and ($9::xid8 is null or entry.xid <= $9::xid8)
         and ($2::pg_snapshot is null or pg_visible_in_snapshot(xid, $2::pg_snapshot))
         and not (own and writer = $7)
       order by entry.seq limit $6::int)`;
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
    return this.guarded(async () => {
      const late = pending(cursor);
      const marker = cursor.next === null ? await this.marker() : null;
      const values = [
        cursor.snapshot,
        cursor.next?.snapshot ?? null,
        cursor.floor,
        `{${late.xids.join(',')}}`,
        `{${late.floors.join(',')}}`,
        limit + 1,
        ownMark(this.oid, this.consumer),
        cursor.next?.seq ?? 0,
        marker?.last ?? null,
      ];
      const { rows } = await this.pool.query<(string | null)[]>({
        name: `page ${this.oid}`,
        text: this.pageSql,
        values,
        rowMode: 'array',
      });
      const head = this.readHead(rows.shift());
      const gap = this.lostGround(cursor, head);
      if (gap !== null) return await this.startAgain(head, gap);

      const more = rows.length > limit;
      if (more) rows.pop();
      const next: Omit<FrozenNext, 'seq'> =
        marker === null
          ? (cursor.next as FrozenNext)
          : { snapshot: upTo(head.snapshot, marker.last), floor: marker.floor };
      const { entries, gap: found } = this.entries(rows as unknown as EntryRow[]);
      const lastRow = rows.at(-1);
      const moved: LogCursor =
        more && lastRow?.[0] !== undefined
          ? { ...cursor, next: { ...next, seq: Number(lastRow[0]) } }
          : advanced(cursor, next);
      const again = moved.gapBefore !== null && parseSnapshot(moved.snapshot).xmin >= BigInt(moved.gapBefore);
      return {
        kind: 'log',
        entries,
        cursor: (again ? { ...moved, gapBefore: null } : moved) as unknown as Cursor,
        more,
        gap:
          found ??
          (again
            ? {
                reason: 'log-capped',
                detail: `Changes that were under way while the log of ${this.object} was full are not in it`,
              }
            : null),
      };
    });
  }

  private async head(): Promise<Head> {
    const { rows } = await this.pool.query<(string | null)[]>({
      name: `news ${this.oid}`,
      text: this.newsSql,
      rowMode: 'array',
    });
    return this.readHead(rows[0]);
  }

  private async marker(): Promise<{ readonly floor: number; readonly last: string }> {
    const { rows } = await this.pool.query<string[]>({
      name: `marker ${this.oid}`,
      text: this.markerSql,
      rowMode: 'array',
    });
    const [floor, last] = rows[0] ?? [];
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
        detail: `Entries of the log of ${this.object} were removed before they were read`,
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
