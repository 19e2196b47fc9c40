import { ConnectorError } from '../errors.js';

/** `pg_snapshot`: every transaction below `xmin` is over; of those up to `xmax` all but `running`; at `xmax` and above, none. */
export interface Snapshot {
  readonly xmin: bigint;
  readonly xmax: bigint;
  readonly running: readonly string[];
}

const FORM = /^(\d+):(\d+):((?:\d+(?:,\d+)*)?)$/;

export function isSnapshot(text: unknown): text is string {
  return typeof text === 'string' && FORM.test(text);
}

/** A transaction's id as PostgreSQL prints it. */
export function isXid(text: unknown): text is string {
  return typeof text === 'string' && /^\d+$/.test(text);
}

/** Reads PostgreSQL's text form `xmin:xmax:xip,xip`. */
export function parseSnapshot(text: string): Snapshot {
  const match = FORM.exec(text);
  const [, xmin, xmax, running] = match ?? [];
  if (xmin === undefined || xmax === undefined || running === undefined || BigInt(xmin) > BigInt(xmax)) {
    throw new ConnectorError('cursor-invalid', 'The cursor holds no snapshot of transactions');
  }
  return { xmin: BigInt(xmin), xmax: BigInt(xmax), running: running === '' ? [] : running.split(',') };
}

/** True when the transaction was over, committed or not, as the snapshot was taken. */
export function isOver(snapshot: Snapshot, xid: string): boolean {
  const x = BigInt(xid);
  return x < snapshot.xmin || (x < snapshot.xmax && !snapshot.running.includes(xid));
}

/** The same snapshot without what it says about transactions after `last`. */
export function upTo(text: string, last: string): string {
  const end = BigInt(last) + 1n;
  const { xmin, xmax, running } = parseSnapshot(text);
  if (xmax <= end) return text;
  const kept = running.filter((xid) => BigInt(xid) < end);
  return `${xmin < end ? xmin : end}:${end}:${kept.join(',')}`;
}
