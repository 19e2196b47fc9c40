import type { Cursor } from '../connector.js';
import { ConnectorError } from '../errors.js';
import { isOver, isSnapshot, isXid, parseSnapshot } from './snapshot-text.js';

/**
 * Where a reader of the trigger log stands: it has every entry that `snapshot` sees. What `next` sees and `snapshot` does not is the
 * batch being paged; it is frozen, so that nothing moves under the pages.
 *
 * Before a snapshot is taken, a marker transaction reads the log's sequence (`floor`) and uses up a transaction id, written through
 * to disk; the snapshot is cut off behind that id. So
 * - every transaction that the snapshot does not know began after the floor was read and has made its entries above it. (A snapshot
 *   itself ends at the newest transaction that is *over*; one that is newer and still running would be missing from its list.)
 * - after a crash of the server no id and no sequence value that the cursor speaks of is handed out again.
 *
 * A transaction that was running then may have older entries: `running` remembers the floor of its first sight, and only once it is
 * over is the log read again from there. So a long transaction elsewhere costs nothing until it ends, and then one look at what was
 * logged since it began; no index on transactions is needed.
 */
export interface LogCursor {
  readonly v: 1;
  readonly mode: 'log';
  /** Identity of the installed log, and the server's timeline: another one means that entries may be missing. */
  readonly log: string;
  readonly timeline: string;
  readonly snapshot: string;
  readonly floor: number;
  readonly running: Readonly<Record<string, number>>;
  readonly next: FrozenNext | null;
  /** Changes of transactions below this one may be missing; once they are all over, one more gap is due. */
  readonly gapBefore: string | null;
}

export interface FrozenNext {
  readonly snapshot: string;
  readonly floor: number;
  /** Entries up to this one have been read, but for those of `whole`. */
  readonly seq: number;
  /** Transactions that touch a record more than once span at most so many entries, but for those of `whole`; `null`: not known yet. */
  readonly reach: number | null;
  readonly whole: readonly WholeTransaction[];
}

/**
 * A transaction that the pages' ends would cut inside a record. It is left out of them and read where it ends, record by record: until
 * then it held its records, so nothing else is logged of them between its first entry and its last.
 */
export interface WholeTransaction {
  readonly xid: string;
  readonly first: number;
  readonly last: number;
  /** It changes keys: its records cannot be told apart by their ids, and it is read in its own order. */
  readonly rekeys: boolean;
  /** Behind which record and entry its next page begins. */
  readonly at: readonly [place: string, seq: number];
}

/** @throws ConnectorError `cursor-invalid` for what another capture mode, another version or a hand has written */
export function asLogCursor(cursor: Cursor): LogCursor {
  const value = cursor as unknown as LogCursor | null;
  if (typeof value === 'object' && value?.mode === 'log' && value.v === 1 && isWhole(value)) return value;
  throw new ConnectorError(
    'cursor-invalid',
    'The cursor was not made by reading the log of a PostgreSQL table',
  );
}

function isWhole({ log, timeline, snapshot, floor, running, next, gapBefore }: LogCursor): boolean {
  const floors: unknown = running;
  return (
    typeof log === 'string' &&
    typeof timeline === 'string' &&
    isSnapshot(snapshot) &&
    Number.isSafeInteger(floor) &&
    typeof floors === 'object' &&
    floors !== null &&
    Object.entries(floors).every(([xid, from]) => isXid(xid) && Number.isSafeInteger(from)) &&
    (next === null || isFrozen(next)) &&
    (gapBefore === null || isXid(gapBefore))
  );
}

function isFrozen(next: FrozenNext | undefined): boolean {
  return (
    typeof next === 'object' &&
    isSnapshot(next.snapshot) &&
    Number.isSafeInteger(next.floor) &&
    Number.isSafeInteger(next.seq) &&
    (next.reach === null || Number.isSafeInteger(next.reach)) &&
    Array.isArray(next.whole) &&
    next.whole.every(isLeftOut)
  );
}

function isLeftOut(one: WholeTransaction | null): boolean {
  const at: unknown = one?.at;
  return (
    isXid(one?.xid) &&
    Number.isSafeInteger(one?.first) &&
    Number.isSafeInteger(one?.last) &&
    typeof one?.rekeys === 'boolean' &&
    Array.isArray(at) &&
    typeof at[0] === 'string' &&
    Number.isSafeInteger(at[1])
  );
}

/** Nothing at or below this entry will ever be asked for again. */
export function doneUpTo(cursor: LogCursor): number {
  return Math.min(cursor.floor, ...Object.values(cursor.running));
}

/** Transactions that may yet reveal entries below the floor, with the floors to read from. */
export function pending(cursor: LogCursor): {
  readonly xids: readonly string[];
  readonly floors: readonly number[];
} {
  return { xids: Object.keys(cursor.running), floors: Object.values(cursor.running) };
}

/** The cursor after the last page of the frozen pair. */
export function advanced(cursor: LogCursor, next: Pick<FrozenNext, 'snapshot' | 'floor'>): LogCursor {
  const running: Record<string, number> = {};
  for (const xid of parseSnapshot(next.snapshot).running) {
    const floor = cursor.running[xid] ?? cursor.floor;
    if (floor < next.floor) running[xid] = floor;
  }
  return { ...cursor, snapshot: next.snapshot, floor: next.floor, running, next: null };
}

/** True when the cursor stands after the commit of transaction `mark`. */
export function coversMark(cursor: LogCursor, mark: string): boolean {
  return isOver(parseSnapshot(cursor.snapshot), mark);
}
