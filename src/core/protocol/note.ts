import type { Dot, Side } from '../clock.js';
import type { Version } from '../unit.js';

/** What the protocol did to a unit's registers, for lineage. */
export interface Note {
  readonly kind: NoteKind;
  readonly unit: string;
  readonly side: Side;
  readonly version: Version;
  /** `observed`: the dot of the edit, which differs from the version's where the side came back to head. */
  readonly dot: Dot | null;
}

export type NoteKind =
  /** Somebody's edit. */
  | 'observed'
  /** Either somebody's edit or our own write in another form, or after it: nobody can tell. Treated as an edit unaware of the write. */
  | 'ambiguous'
  /** The side holds what we wrote. */
  | 'acknowledged'
  /** The side holds head without having been written. */
  | 'confirmed'
  /** An edit that a blind write of ours had covered. */
  | 'recovered'
  /** A write of ours landed a second time, or later than a newer edit: the side is back at an older version of ours. */
  | 'landed-again'
  /** Head, an edit of the side that a write of ours covered, goes by another name from now on. */
  | 'renamed'
  /** The same value in another form. */
  | 'cosmetic'
  /** The write did not happen. */
  | 'not-written';
