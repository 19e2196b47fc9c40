import type { Version } from '../unit.js';
import type { Raw } from '../value.js';

/** What a conditional write names; opaque: it is sent back as it came. `null`: the side has none. */
export type Tag = string | number | null;

/**
 * What is known of a record on one side that is read, besides its registers (semantics §1.1 SideState). Plain JSON: it is stored with
 * the link. Times are the hub's, ms, unless they say otherwise.
 */
export interface SideState {
  /** Of the accepted state; `null`: the side has nothing to order by, or nothing was read yet. */
  readonly order: number | null;
  readonly tag: Tag;
  /** The accepted state stood no later than this: a read that began (Δ ago) after it shows the same or a later one. */
  readonly asOf: number;
  /** The accepted state still stood at this time. */
  readonly currentAt: number;
  /** The same on the side's clock, where it answered last: its stamp rule is about its own time (T2). */
  readonly freshLo: number;
  /** The side's stamp of the accepted state, its clock. */
  readonly modifiedAt: number | null;
  /** T3: history is read up to here. */
  readonly seq: number;
  /** A state could not be ordered; a read that begins at this time or later can. */
  readonly recheckAt: number | null;
  readonly attempt: Attempt | null;
  /** T3: ended attempts of which a late copy may still land. */
  readonly landing: readonly Landing[];
}

/** One write to one record on one side. At most one is open per record and side (semantics §4.2). */
export interface Attempt {
  readonly id: string;
  readonly op: 'update' | 'create' | 'delete';
  /** `sent`: an answer may come. `unknown`: none will; a read has to tell. */
  readonly state: 'sent' | 'unknown';
  readonly units: Readonly<Record<string, SentUnit>>;
  /** T0: what has to stand, by column. Other tiers: `null`. */
  readonly expect: Readonly<Record<string, Raw>> | null;
  /** Tag and order of the state it was made for. */
  readonly tag: Tag;
  readonly order: number | null;
  readonly sentAt: number;
  /** Last instant at which a copy can land. */
  readonly deadline: number;
  /** When it was answered that it had been carried out, though what it covered is not known yet (T3). */
  readonly answeredAt: number | null;
  /** T3: units of which the history has told something since it was sent. */
  readonly told: readonly string[];
}

export interface SentUnit {
  readonly version: Version;
  readonly raw: Raw;
  /** A record made anew gets its own last edit back: nothing to acknowledge. */
  readonly own: boolean;
}

export interface Landing {
  readonly units: Readonly<Record<string, SentUnit>>;
  readonly deadline: number;
}

export const NOTHING_KNOWN: SideState = {
  order: null,
  tag: null,
  asOf: Number.MIN_SAFE_INTEGER,
  currentAt: Number.MIN_SAFE_INTEGER,
  freshLo: Number.MIN_SAFE_INTEGER,
  modifiedAt: null,
  seq: 0,
  recheckAt: null,
  attempt: null,
  landing: [],
};
