import type { Author } from '../../core/unit.js';
import type { Raw } from '../../core/value.js';

/** Who made a change: somebody in the system, the hub, the system itself because of what the hub wrote, or a restore from a backup. */
export type Origin = 'user' | 'hub' | 'trigger' | 'automation' | 'restore';

/**
 * One transaction's effect on one record. The system's journal holds all of them, in the order in which they took effect: it is the
 * truth that nobody outside is shown whole. Values that a transaction replaced itself never stood and are not in it.
 */
export interface Happening {
  /** 1 for the first of the system; rises by one. */
  readonly position: number;
  readonly tx: number;
  readonly record: string;
  readonly op: 'insert' | 'update' | 'delete';
  /** Columns that changed: what stood (empty for insert) and stands (empty for delete). */
  readonly before: Readonly<Record<string, Raw>>;
  readonly after: Readonly<Record<string, Raw>>;
  readonly origin: Origin;
  /** The hub's request that made it or was the reason for it; `null` otherwise. */
  readonly request: string | null;
  readonly by: Author | null;
  /** The record's version after it. */
  readonly version: number;
  /** `delete`: the record that it was merged into. */
  readonly into?: string;
  /** True time, the hub's clock, ms. */
  readonly at: number;
  /** The system's own stamp of it: its clock, rounded down to its granule. */
  readonly stamp: number;
}

/** What stood in a record from one moment to the next. Never changed once made. */
export interface Standing {
  readonly version: number;
  readonly alive: boolean;
  /** While the record is deleted: what stood last. */
  readonly values: Readonly<Record<string, Raw>>;
  readonly marker: string | null;
  /** True time since when, hub's clock, ms. */
  readonly at: number;
  readonly modifiedAt: number;
  /** Entries of the record's history up to here. */
  readonly entries: number;
}
