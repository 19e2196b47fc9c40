import type { Cursor } from '../connector.js';
import { ConnectorError } from '../errors.js';

/**
 * Where a reader by `updated_at` stands. A round reads from `from` to the end in the order (stamp, key); `at` is the last row it has
 * read. Transactions commit in another order than they stamp: so the next round begins `overlapMs` before the newest stamp, reads
 * those rows again, and only when the side's clock has left that window behind does a round begin strictly after `high`.
 */
export interface PollingCursor {
  readonly v: 1;
  readonly mode: 'polling';
  readonly from: string | null;
  /** The round begins after `from`, not at it. */
  readonly strict: boolean;
  /** When the round began, the side's clock had left the window behind. */
  readonly settled: boolean;
  /** Nothing newer was found by such a round: the next may be strict. */
  readonly quiet: boolean;
  readonly at: readonly [stamp: string, id: string] | null;
  /** Newest stamp of finished rounds, never later than the side's clock: one record stamped in the future must not hide the others. */
  readonly high: string | null;
  readonly newest: string | null;
}

/** @throws ConnectorError `cursor-invalid` for what another capture mode, another version or a hand has written */
export function asPollingCursor(cursor: Cursor): PollingCursor {
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
    texts.every((text) => text === null || typeof text === 'string') &&
    (place === null ||
      (Array.isArray(place) && place.length === 2 && place.every((part) => typeof part === 'string')))
  );
}
