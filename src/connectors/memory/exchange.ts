import type { Raw } from '../../core/value.js';

/** What makes a write conditional; opaque to the hub: T1 the version, T2 the modification stamp. `null`: the system has none. */
export type Tag = string | number | null;

/** What a by-id read answers. */
export interface Reading {
  readonly id: string;
  /** False: deleted, or never there. `values` are empty then. */
  readonly alive: boolean;
  readonly values: Readonly<Record<string, Raw>>;
  /** Comparable among readings of one record; `null` where the system has no such thing. */
  readonly order: number | null;
  readonly tag: Tag;
  /** Id of the hub's last write that the record carries, on systems with a marker. */
  readonly marker: string | null;
  /** The system's stamp of the last change; `null` where `order` is `none`, as nothing tells. */
  readonly modifiedAt: number | null;
  /** The system's clock when it answered (the Date header), rounded down to its granule. The state shown may be `staleMs` older. */
  readonly serverTime: number;
  /** T3: every change of every column so far, oldest first. Other tiers: `null`. */
  readonly history: readonly HistoryEntry[] | null;
}

export interface HistoryEntry {
  /** Rises with every change of the record; changes made together have the same. */
  readonly seq: number;
  readonly column: string;
  readonly value: Raw;
  /** `hub`: written through the hub's access. */
  readonly by: 'hub' | 'other';
  readonly stamp: number;
}

export interface WriteRequest {
  /** The same id always means the same content. */
  readonly id: string;
  readonly items: readonly WriteRequestItem[];
}

export interface WriteRequestItem {
  readonly op: 'update' | 'create' | 'delete';
  readonly id: string;
  readonly set: Readonly<Record<string, Raw>>;
  /** T0: applied only if every one of these still stands. */
  readonly expect: Readonly<Record<string, Raw>> | null;
  /** T1, T2: applied only if the record's tag is still this one (T2: is not later than it). */
  readonly tag: Tag;
  /** Stored in the record's marker on systems that have one; `null` leaves it. */
  readonly marker: string | null;
}

export type ItemAnswer =
  /** `state`: the record after it (the post-image). `also`: columns that a trigger changed in the same transaction. */
  | { readonly status: 'applied'; readonly state: Reading; readonly also: Readonly<Record<string, Raw>> }
  /** The condition did not hold; nothing was written. `state`: what stands. */
  | { readonly status: 'missed'; readonly state: Reading }
  | { readonly status: 'gone' }
  /** `create`: there is such a record. */
  | { readonly status: 'duplicate'; readonly state: Reading }
  | { readonly status: 'refused'; readonly detail: string; readonly columns: readonly string[] };

export interface WriteAnswer {
  /** Happenings up to this position precede the write. */
  readonly position: number;
  /** Position behind the write and everything that followed from it. */
  readonly endPosition: number;
  readonly items: readonly ItemAnswer[];
}
