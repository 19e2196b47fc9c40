import { covers, SIDES, type Side } from './clock.js';
import { standing } from './conflict.js';
import { derive } from './derive.js';
import type { DeriveInput } from './derive-input.js';
import type { Outcome, Overridden } from './outcome.js';
import { LIFE, type LifePolicy, type UnitPlan } from './plan.js';
import { image, type Unit } from './unit.js';
import type { Canon } from './value.js';

export type LifeValue = 'live' | 'deleted';

/** A record's existence as a unit like any other: own clock, own policy. */
export const LIFE_UNIT: UnitPlan = {
  key: LIFE,
  members: [{ field: LIFE, type: 'enum', A: null, B: null }],
  isGroup: false,
  type: 'enum',
  direction: 'both',
  policy: { strategy: 'review' },
  preferNonBlank: false,
  contextOnly: false,
  priority: 'high',
  pii: false,
  compareKey: String,
  equal: (x: Canon, y: Canon) => x === y,
  get: (_side, raw) => raw,
  put: (_side, value) => value,
};

export interface LifeInput extends Omit<DeriveInput, 'plan' | 'context'> {
  readonly policy: LifePolicy;
  /** Sides on which some unit has an edit that the deleting side cannot have seen. */
  readonly editedUnseen: Readonly<Record<Side, boolean>>;
  /** Who points to the record; absent or `null`: nobody. */
  readonly referrers?: Referrers | null;
}

/** Records that point to one that is about to be deleted. */
export interface Referrers {
  /** Those that stand, by the name of their pipeline. */
  readonly standing: readonly { readonly pipeline: string; readonly count: number }[];
  /** Others are about to be deleted themselves, without anybody being asked. */
  readonly going: boolean;
}

/** What becomes of a record's existence. `waits`: those that point to it and are going go first. */
export type LifeOutcome =
  Outcome | { readonly kind: 'unlink'; readonly why: string } | { readonly kind: 'waits' };

/**
 * A delete on one side is carried over only if whoever deleted had seen everything that stands on the other side; otherwise it is a
 * delete against an edit (semantics §3). What is not carried over is never guessed: it waits for a person, or stays one-sided.
 */
export function deriveLife(input: LifeInput): LifeOutcome {
  const { unit, policy } = input;
  const outcome = derive({ ...input, plan: LIFE_UNIT, context: {} });
  // A side that was deleted alone, whether or not the other was gone and came back meanwhile.
  // Also where the other was deleted as well, and stands again because it was set back to a backup.
  const stands = SIDES.some((side) => image(unit, side).value !== 'deleted');
  // A side that is gone by an edit of its own keeps nothing, and is owed nothing.
  const keeps = SIDES.some((side) => {
    const img = image(unit, side);
    return img.value !== 'deleted' || covers(unit.head, img);
  });
  const lone =
    outcome.kind === 'author' &&
    (((outcome.how === 'fast-forward' || outcome.how === 'void-cover') && keeps) ||
      (outcome.how === 'agreement' && stands)) &&
    outcome.value === 'deleted';
  if (!lone || unit.head.value === 'deleted') return outcome;
  const deleter = deleterOf(unit);
  const label = input.sides[deleter].label;
  // Both sides stand where the one that was deleted alone was set back to a backup.
  if (SIDES.some((side) => image(unit, side).value !== 'deleted' && input.editedUnseen[side])) {
    switch (policy.deleteVsEdit) {
      case 'delete':
        return unlessReferredTo(input, outcome, label);
      case 'keep':
        return oneSided(unit, `deleted in ${label}, kept because it was edited elsewhere`);
      case 'review':
        return lifeConflict('delete-vs-edit', `deleted in ${label} while the other side was edited`, unit);
    }
  }
  switch (deleter === 'A' ? policy.aDeleted : policy.bDeleted) {
    case 'delete':
      return unlessReferredTo(input, outcome, label);
    case 'ignore':
      return oneSided(unit, `deleted in ${label}; the other side keeps its record by policy`);
    case 'unlink':
      return { kind: 'unlink', why: `deleted in ${label}` };
    case 'review':
      return lifeConflict('delete', `deleted in ${label}`, unit);
  }
}

/**
 * It stays deleted where it was deleted. Where it stands there again because the side was set back to a backup, there is nothing left of
 * the deletion, once and for all: else it would be carried over as soon as what was edited had been.
 */
function oneSided(unit: Unit, why: string): Outcome {
  if (SIDES.some((side) => image(unit, side).value === 'deleted')) return { kind: 'diverged', why };
  const overridden = unit.orphans.map((version): Overridden => ({ version, by: 'reassert', detail: why }));
  return { kind: 'author', how: 'reassert', value: unit.head.value, from: unit.head, overridden, why };
}

/** The side that is gone by an edit of its own; else the one whose deletion is left of what it said before it was set back. */
function deleterOf(unit: Unit): Side {
  const gone = SIDES.find((side) => {
    const img = image(unit, side);
    return img.value === 'deleted' && !covers(unit.head, img);
  });
  const open = unit.orphans.find((orphan) => orphan.value === 'deleted' && !covers(unit.head, orphan));
  return gone ?? open?.side ?? 'B';
}

/**
 * The other side would refuse to delete what others point to, or delete them along, or leave them pointing nowhere: a person is asked.
 * Those that are going themselves go first.
 */
function unlessReferredTo({ referrers, unit }: LifeInput, outcome: Outcome, label: string): LifeOutcome {
  if (referrers === undefined || referrers === null) return outcome;
  if (referrers.standing.length > 0) {
    const who = referrers.standing.map(({ pipeline, count }) => `${String(count)} of ${pipeline}`).join(', ');
    return lifeConflict('delete', `deleted in ${label} while others point to it (${who})`, unit);
  }
  return referrers.going ? { kind: 'waits' } : outcome;
}

export function lifeOf(unit: Unit): LifeValue {
  return unit.head.value === 'deleted' ? 'deleted' : 'live';
}

/** The record is gone somewhere, or may be: no field of it is written meanwhile. */
export function isGone(unit: Unit): boolean {
  return (
    lifeOf(unit) === 'deleted' || image(unit, 'A').value === 'deleted' || image(unit, 'B').value === 'deleted'
  );
}

function lifeConflict(kind: 'delete' | 'delete-vs-edit', reason: string, unit: Unit): Outcome {
  const candidates = SIDES.map((side) => standing(unit, side));
  return { kind: 'conflict', conflict: { kind, reason, candidates } };
}
