import type { Raw } from '../value.js';
import type { Tag } from './side-state.js';

/** One answer to a by-id read of a record: the only thing a side that is read is judged by. Notifications and searches are hints. */
export interface Sighting {
  /** Hub time just before it was asked and just after it was answered. */
  readonly start: number;
  readonly end: number;
  /** False: there is no such record. */
  readonly alive: boolean;
  /** By column; a column that is absent was not shown, which says nothing about it. */
  readonly values: Readonly<Record<string, Raw>>;
  readonly order: number | null;
  readonly tag: Tag;
  /** Id of our last write that the record carries. */
  readonly marker: string | null;
  /** The side's clock. */
  readonly modifiedAt: number | null;
  /** The side's clock when it answered; the state shown may be Δ older. */
  readonly serverTime: number;
  /** T3: all changes, oldest first. */
  readonly history: readonly PastChange[] | null;
}

export interface PastChange {
  /** Rises per record; what was changed together has the same. */
  readonly seq: number;
  readonly column: string;
  readonly value: Raw;
  readonly by: 'hub' | 'other';
  /** The side's clock. */
  readonly stamp: number;
}
