import type { Veil } from '../common/veil.js';
import type { ConcernRow } from '../database/sql/lineage/records.js';

/** What a side said of a write it refused may hold values of the record. */
export function toldConcern(concern: ConcernRow, veil: Veil): ConcernRow {
  return concern.state === 'blocked' ? { ...concern, reason: veil.said(concern.reason) } : concern;
}
