import { dotText, vectorText, type Side } from '../../core/clock.js';
import type { Stamp } from '../../core/stamp.js';
import type { HeldDoc } from '../../core/held-at-rest.js';
import type { Author, Version } from '../../core/unit.js';
import type { Canon } from '../../core/value.js';

/** What happened to one unit: before, after, its clock, how, and why. Short keys: this is the largest table. */
export interface UnitEvent {
  o?: Canon;
  v?: Canon;
  d?: string;
  c?: string;
  /** observed | forward | cosmetic | superseded | written | … or how the hub authored it. */
  k: string;
  w?: string;
  /** The interval in which the edit was made. */
  s?: Stamp;
  /** Versions that the new value replaced without their author having been asked: value, dot. */
  x?: readonly (readonly [Canon, string])[];
  /** What a decision replaced on each side, and the edits counted by then: what its undo gives back. */
  p?: HeldDoc;
}

export interface LineageDraft {
  kind: string;
  side: Side | null;
  /** When it happened, ms; null: only known when it was recorded. */
  at: number | null;
  by: Author | null;
  tx: string | null;
  batch: Record<Side, number | null>;
  conflictId: string | null;
  decisionId: string | null;
  units: Record<string, UnitEvent>;
}

export function lineageDraft(kind: string, side: Side | null = null): LineageDraft {
  return {
    kind,
    side,
    at: null,
    by: null,
    tx: null,
    batch: { A: null, B: null },
    conflictId: null,
    decisionId: null,
    units: {},
  };
}

export function versionEvent(kind: string, before: Canon, after: Version): UnitEvent {
  return {
    o: before,
    v: after.value,
    d: dotText(after.dot),
    c: vectorText(after.ctx),
    k: kind,
    ...(after.stamp !== null && { s: after.stamp }),
  };
}
