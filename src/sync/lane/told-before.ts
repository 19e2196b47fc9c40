import type { LogEntry } from '../../connectors/connector.js';
import type { Side } from '../../core/clock.js';
import { originOf } from '../../core/linking.js';
import type { End } from '../running-pipeline.js';
import type { RecordState } from './record-state.js';

/** How far the clocks of two processes of the service may be apart. */
const PROCESSES_APART_MS = 1000;

/**
 * Whether the states that a record was linked from may have shown this entry of the log: it happened before they were read, on a side
 * they came from. Told by what is stored alone, so that it is the same after a crash. Those entries count only where they continue what
 * is held: a transaction may have been open when the states were read, and is told by its entries alone.
 */
export function mayBeToldBefore(record: RecordState, side: Side, entry: LogEntry, { clock }: End): boolean {
  const origin = originOf(record.clock);
  if (origin !== 'both' && origin !== side) return false;
  return entry.at - clock.offsetMs - clock.errorMs - PROCESSES_APART_MS <= record.linkedAt;
}
