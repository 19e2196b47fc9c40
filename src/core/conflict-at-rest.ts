import { readImage, writeImage, type VersionDoc } from './at-rest.js';
import { sameDot, type Side } from './clock.js';
import { conflictKey, type Candidate, type Conflict } from './conflict.js';
import { givenBack } from './give-back.js';
import type { UnitPlan } from './plan.js';
import { mustBeCandidates } from './stored-form.js';
import { image, incorporated, type Incorporated, type Unit } from './unit.js';
import type { Canon, Json, Raw } from './value.js';

/**
 * How a conflict is stored (conflict.base, conflict.candidates): a copy of what derive() said, complete enough to show it and to decide
 * on exactly what was shown.
 *
 * `candidates`: `{key, side, v, d, c, s, by, r, base}`; `base` is `[value]` where the candidate's merge base is not the conflict's.
 */
export interface CandidateDoc extends VersionDoc {
  readonly key: Candidate['key'];
  readonly side?: Side;
  readonly base?: readonly [Canon];
}

export interface ConflictDoc {
  /** Changes exactly when there is something new to look at. */
  readonly key: string;
  readonly kind: Conflict['kind'];
  readonly reason: string;
  /** `null`: the records share no past. */
  readonly base: { readonly value: Canon } | null;
  readonly candidates: readonly CandidateDoc[];
}

/** A candidate as stored: with the raw its side holds, where that is not what the mapping would write, and the value it was made from. */
export interface StoredCandidate extends Candidate {
  readonly raw: Raw | undefined;
  readonly base: Incorporated;
}

export function writeConflict(plan: UnitPlan, unit: Unit, conflict: Conflict): ConflictDoc {
  const base = baseOf(unit, conflict);
  return {
    key: conflictKey(conflict),
    kind: conflict.kind,
    reason: conflict.reason,
    base: base === undefined ? null : { value: base.value },
    candidates: conflict.candidates.map((candidate) => writeCandidate(plan, unit, candidate, base)),
  };
}

/** Throws StoredFormError, or RangeError for a clock, where they are none that were stored here. */
export function readCandidates(candidates: Json, base: ConflictDoc['base']): readonly StoredCandidate[] {
  mustBeCandidates(candidates);
  return (candidates as unknown as readonly CandidateDoc[]).map((doc): StoredCandidate => ({
    ...readImage(doc),
    key: doc.key,
    side: doc.side ?? null,
    base: doc.base === undefined ? (base ?? undefined) : { value: doc.base[0] },
  }));
}

/** The same for candidates that were read, or shown: what a decision keeps of what its maker saw. */
export function writeShown(plan: UnitPlan, shown: readonly StoredCandidate[]): readonly CandidateDoc[] {
  return shown.map(({ key, side, base, ...img }) => ({
    key,
    ...(side !== null && { side }),
    ...writeImage(plan, side ?? 'A', img),
    ...(base !== undefined && { base: [base.value] as const }),
  }));
}

/** The last value that both sides agreed on, or that the only side which moved had started from. */
function baseOf(unit: Unit, conflict: Conflict): Incorporated {
  const undone = unit.contest?.undone;
  if (undone !== undefined) return undone.base;
  if (unit.incA === undefined && unit.incB === undefined) return undefined;
  const moved = conflict.candidates.flatMap(({ side }) => (side === null ? [] : [side]));
  const [only] = moved;
  if (moved.length === 1 && only !== undefined && conflict.candidates.some(({ key }) => key === 'head')) {
    return incorporated(unit, only) ?? { value: unit.head.value };
  }
  return { value: unit.head.value };
}

function writeCandidate(plan: UnitPlan, unit: Unit, candidate: Candidate, base: Incorporated): CandidateDoc {
  const { key, side } = candidate;
  const img = side === null ? undefined : image(unit, side);
  const back = side === null ? null : givenBack(unit, side);
  const raw =
    img !== undefined && sameDot(img.dot, candidate.dot)
      ? img.raw
      : back !== null && sameDot(back.dot, candidate.dot)
        ? back.raw
        : undefined;
  const own = madeFrom(unit, candidate);
  return {
    key,
    ...(side !== null && { side }),
    ...writeImage(plan, side ?? 'A', { ...candidate, raw }),
    ...(own !== undefined &&
      (base === undefined || !plan.equal(own.value, base.value)) && { base: [own.value] as const }),
  };
}

function madeFrom(unit: Unit, candidate: Candidate): Incorporated {
  if (candidate.key === 'recovered') {
    const orphan = unit.orphans.find((one) => sameDot(one.dot, candidate.dot));
    return orphan === undefined ? undefined : { value: orphan.base };
  }
  // Given back, it is what it was when the question was first put: made from the base.
  if (candidate.side === null || givenBack(unit, candidate.side) !== null) return undefined;
  return incorporated(unit, candidate.side);
}
