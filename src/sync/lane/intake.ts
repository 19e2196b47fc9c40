import type { ChangePage, Cursor, WriteBatch, WriteReceipt } from '../../connectors/connector.js';
import type { Side } from '../../core/clock.js';
import type { Raw } from '../../core/value.js';
import type { BatchRow } from '../../database/sql/lane/batches.js';
import type { PayloadItem } from './payload.js';
import type { RecastPage } from './recast-page.js';

/** What one transaction of the engine takes in. */
export interface Intake {
  readonly pages: Readonly<Record<Side, ChangePage | null>>;
  /** Cursor and its version per side, as last committed. */
  readonly cursors: Readonly<
    Record<Side, { readonly cursor: Cursor | null; readonly version: number; readonly readAt: number | null }>
  >;
  /** Links that are due, each with the version of the row that says so. */
  readonly due: ReadonlyMap<number, string>;
  readonly receipts: readonly {
    readonly batch: BatchRow;
    readonly receipt: WriteReceipt;
    readonly payload: readonly PayloadItem[];
  }[];
  /** Values read back where a conditional write had missed, now that everything before it has been read. */
  readonly readBacks: readonly ReadBack[];
  /** Sides that may be written. */
  readonly writable: Readonly<Record<Side, boolean>>;
  /** Most records to write per side. */
  readonly budget: Readonly<Record<Side, number>>;
  /** The side was just compared as a whole: its page may tell once more what that has shown. */
  readonly catchingUp: Side | null;
  /** Units whose fields were made anew on the side whose states are read (core/relearn.ts). */
  readonly anew: ReadonlySet<string>;
  /** Both sides were read at once, after what was known of them had been lost (reunite.ts). */
  readonly reunite: boolean;
  /** The side was set back to an earlier state: what it shows there is no edit (core/set-back.ts). */
  readonly setBack: Side | null;
  /** Records whose units are to be understood as a new revision says. */
  readonly recast: RecastPage | null;
  /** Linked records that were read for and are not on a side any more. */
  readonly absent: { readonly side: Side; readonly linkIds: readonly number[] } | null;
  /** Sides whose canary was looked for and is not there: its id. */
  readonly canaryLost: Partial<Readonly<Record<Side, string>>>;
  readonly now: number;
}

/** What a transaction takes in that only moves capture on. */
export const NOTHING_ELSE = {
  due: new Map<number, string>(),
  receipts: [],
  readBacks: [],
  catchingUp: null,
  reunite: false,
  setBack: null,
  recast: null,
  anew: new Set<string>(),
  absent: null,
} satisfies Partial<Intake>;

export interface ReadBack {
  readonly linkId: number;
  readonly side: Side;
  readonly batch: BatchRow;
  readonly item: PayloadItem;
  /** `null`: the record was gone. */
  readonly current: Readonly<Record<string, Raw>> | null;
}

export interface Outgoing {
  readonly row: BatchRow;
  readonly batch: WriteBatch;
  readonly payload: readonly PayloadItem[];
}

export interface Committed {
  readonly outgoing: readonly Outgoing[];
  readonly versions: Readonly<Record<Side, number>>;
  readonly changes: Readonly<Record<Side, number>>;
  readonly waiting: boolean;
  /** Something could not be done now because a side was busy: look again as soon as possible. */
  readonly again: boolean;
  readonly touchedConflicts: readonly string[];
  readonly missed: readonly ReadBack[];
  readonly opened: number;
}

/** Sends one unit at a time where a side refused a record without saying which field it minds. */
export type SoloRecords = Set<number>;

/** Cursors as they stand once the pages of this intake are stored. */
export function cursorsAfter(intake: Intake): Record<Side, Cursor | null> {
  const of = (side: Side): Cursor | null => intake.pages[side]?.cursor ?? intake.cursors[side].cursor;
  return { A: of('A'), B: of('B') };
}
