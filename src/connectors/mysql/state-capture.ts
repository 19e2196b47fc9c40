import type { Cursor, StatePage } from '../connector.js';
import { ConnectorError } from '../errors.js';
import type { RecordReader, StateColumns } from './record-reader.js';

interface SnapshotCursor {
  readonly v: 1;
  readonly mode: 'snapshot';
  /** Behind which id the round goes on; `null` at its beginning. */
  readonly after: string | null;
  readonly round: number;
}

/** Capture by reading everything, round after round. A page with `more: false` ends a round: what it did not show is gone. */
export class SnapshotCapture {
  constructor(
    private readonly reader: RecordReader,
    private readonly state: StateColumns,
  ) {}

  now(): SnapshotCursor {
    return { v: 1, mode: 'snapshot', after: null, round: 1 };
  }

  async changes(given: Cursor, limit: number): Promise<StatePage> {
    const cursor = given as unknown as SnapshotCursor | null;
    if (typeof cursor !== 'object' || cursor?.mode !== 'snapshot') {
      throw new ConnectorError('cursor-invalid', 'The cursor was not made by capture mode "snapshot"');
    }
    const readStart = Date.now();
    const states = await this.reader.page(this.state, limit, cursor.after ?? undefined);
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
