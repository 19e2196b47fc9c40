import type { Clocked, Dot, Side, VersionVector } from './clock.js';
import type { Stamp } from './stamp.js';
import type { Canon, Raw } from './value.js';

/** One value that stood, or was authored, with what its author had seen. */
export interface Version extends Clocked {
  readonly value: Canon;
  readonly stamp: Stamp | null;
  /** Who made it, as far as the side tells; `null` when unknown. Carried for the review card and rules, never for causality. */
  readonly by: Author | null;
}

export interface Author {
  readonly kind: 'person' | 'integration' | 'import' | 'unknown';
  readonly name: string;
}

/** What one side is known to hold. `raw` is the side's own representation; `undefined` while it is exactly `put(value)`. */
export interface Image extends Version {
  readonly raw: Raw | undefined;
}

/** The merge base of a side: its value already folded into head. `undefined` (⊥) when two existing records were linked and share no past. */
export type Incorporated = { readonly value: Canon } | undefined;

/** A user's write that a blind push had hidden, recovered from the side's history. */
export interface Orphan extends Version {
  readonly side: Side;
  readonly base: Canon;
}

/** A steward's decision that is not folded into head yet. `ctx` is what the person was shown, nothing more. */
export interface Decision extends Version {
  readonly id: string;
  /** Hub time in ms until which it can be undone without a trace on the sides; nothing is written before. */
  readonly dueAt: number;
}

/**
 * The unit waits for a person whatever its registers say, until a decision covers `ctx`: a decision was undone after it had been
 * written, two automations fight over the value, a sum cannot be formed because it is not known what a side had acknowledged, or a
 * record was edited while it was being deleted.
 */
export interface Contest {
  readonly kind: 'undone' | 'fight' | 'ambiguous-base' | 'delete-vs-edit';
  readonly ctx: VersionVector;
  /** Values to choose from besides those that the sides hold. */
  readonly candidates: readonly Version[];
  readonly reason: string;
  /** A written decision was undone: what the sides are given back. */
  readonly undone?: Undone;
}

/** Side by side; `null`: the side keeps what stands there. */
export interface Undone {
  readonly decision: string;
  readonly A: GiveBack | null;
  readonly B: GiveBack | null;
  /** What the decision had been made from: the question is put again as it was. */
  readonly base: Incorporated;
}

/** The value that a side held before a decision was written there. It is written back unless the side has been edited since. */
export interface GiveBack {
  readonly version: Image;
  /** Edits counted on the side when the decision was undone: one more, and that edit stands instead. */
  readonly edits: number;
  /** The side would not take it, or an edit made it moot; it stays among the choices. */
  readonly refused: boolean;
}

/** A side refused this unit's value for good; nothing more is sent until it changes or someone retries. */
export interface Blocked {
  readonly side: Side;
  readonly code: string;
  readonly detail: string;
  readonly since: number;
  /** Dot of the head that was refused; another head is tried again. */
  readonly head: Dot | null;
  /** The other side had refused this head before: it is sent to neither. */
  readonly both?: true;
}

/** Code of a unit whose raw on that side is not a value of its type: somebody's edit that is not understood, and not ours to replace. */
export const UNREADABLE = 'unreadable';

/** The registers of one unit (a field, or a group of fields decided together). Everything about it is derived from these. */
export interface Unit {
  readonly head: Version;
  readonly A: Image;
  readonly B: Image;
  readonly incA: Incorporated;
  readonly incB: Incorporated;
  readonly orphans: readonly Orphan[];
  readonly decision: Decision | null;
  readonly contest: Contest | null;
  /** Highest dot ever issued per actor; dots are never reused, not even after an undo. */
  readonly tick: VersionVector;
  readonly blocked: Blocked | null;
}

export function image(unit: Unit, side: Side): Image {
  return side === 'A' ? unit.A : unit.B;
}

export function incorporated(unit: Unit, side: Side): Incorporated {
  return side === 'A' ? unit.incA : unit.incB;
}
