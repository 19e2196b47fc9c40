import type { LogEntry } from '../../connectors/connector.js';
import type { BatchRow } from '../../database/sql/lane/batches.js';
import type { RunningPipeline } from '../running-pipeline.js';
import type { PayloadItem } from './payload.js';

/** What folding needs to know besides what was seen. */
export interface FoldContext {
  readonly pipeline: RunningPipeline;
  readonly now: number;
  /** States that were read may have shown the entry already: what does not continue what is held is skipped. */
  readonly toldBefore: (entry: LogEntry) => boolean;
  /** Our last settled write to this record and side, when the entry could precede it or return to what it replaced. */
  readonly lastWrite: LastWrite | null;
  /** Units to be learned as if the side had never held them. */
  readonly anew?: ReadonlySet<string>;
  /** Mass edits of the page (bulk-edits.ts): their times decide nothing. */
  readonly bulk: ReadonlySet<string>;
}

export interface LastWrite {
  readonly batchId: number;
  readonly kind: BatchRow['kind'];
  readonly position: number;
  readonly settledAt: number;
  readonly item: PayloadItem | null;
}
