import { dotText, type Side } from './clock.js';
import { image, type Unit, type Version } from './unit.js';

/** Why a person is asked. */
export type ConflictKind =
  /** Two edits, neither knew of the other, and the field's policy is to ask (or could not settle it). */
  | 'value'
  /** The policy protects the other side's value and wants foreign edits looked at. */
  | 'foreign-edit'
  /** Stamps overlap or are missing: nobody can say which edit is newer. */
  | 'tie'
  /** A three-way merge is not clean. */
  | 'merge'
  /** A sum cannot be formed without knowing exactly what the side had acknowledged. */
  | 'ambiguous-base'
  /** Values moved after the steward had looked. */
  | 'stale-decision'
  /** A written decision was undone. */
  | 'undone'
  /** Two automations rewrite each other. */
  | 'fight'
  /** The record would break a rule across fields. */
  | 'invariant'
  /** Deleted on one side, and deletes are reviewed. */
  | 'delete'
  /** Deleted on one side, edited on the other. */
  | 'delete-vs-edit';

/** One of the versions to choose from. */
export interface Candidate extends Version {
  readonly key: 'a' | 'b' | 'head' | 'decision' | 'recovered';
  readonly side: Side | null;
}

/** What stands on a side, as something to choose. */
export function standing(unit: Unit, side: Side): Candidate {
  const { value, dot, ctx, stamp, by } = image(unit, side);
  return { key: side === 'A' ? 'a' : 'b', side, value, dot, ctx, stamp, by };
}

/** What derive() says while a unit waits for a person. Sorted, so that equal registers give equal conflicts. */
export interface Conflict {
  readonly kind: ConflictKind;
  readonly reason: string;
  readonly candidates: readonly Candidate[];
}

/** Changes exactly when there is something new to look at: the kind and the candidates' dots. */
export function conflictKey(conflict: Conflict): string {
  const dots = conflict.candidates.map((c) => `${c.key}:${dotText(c.dot)}`).sort();
  return `${conflict.kind}|${dots.join(',')}`;
}
