import type { Cursor, RecordState, StatePage } from '../connector.js';
import { ConnectorError } from '../errors.js';

interface SnapshotCursor {
  readonly v: 1;
  readonly mode: 'snapshot';
  /** Behind which id the round goes on; `null` at its beginning. */
  readonly after: string | null;
  readonly round: number;
}

/** One page in key order, behind an id where one is given. */
export type ReadPage = (limit: number, after: string | undefined) => Promise<readonly RecordState[]>;

/** Capture by reading everything, round after round. A page with `more: false` ends a round: what it did not show is gone. */
export class SnapshotCapture {
  constructor(private readonly page: ReadPage) {}

  now(): SnapshotCursor {
    return { v: 1, mode: 'snapshot', after: null, round: 1 };
  }

  async changes(given: Cursor, limit: number): Promise<StatePage> {
    const cursor = given as unknown as SnapshotCursor | null;
    if (typeof cursor !== 'object' || cursor?.mode !== 'snapshot') {
      throw new ConnectorError('cursor-invalid', 'The cursor was not made by capture mode "snapshot"');
    }
    const readStart = Date.now();
    const states = await this.page(limit, cursor.after ?? undefined);
    const more = states.length === limit;
    const next: SnapshotCursor = more
      ? { ...cursor, after: states.at(-1)?.id ?? null }
      : { v: 1, mode: 'snapshot', after: null, round: cursor.round + 1 };
    return {
      kind: 'states',
      states,
      readStart,
      readEnd: Date.now(),
      cursor: next as unknown as Cursor,
      more,
      gap: null,
    };
  }
}
