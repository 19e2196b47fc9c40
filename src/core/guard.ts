import { LIFE } from './plan.js';
import type { Blocked, Unit } from './unit.js';
import type { Canon } from './value.js';
import { isBlank } from './value.js';

/** Classes of operations that a guard stops on their way from one side to the other (semantics §3, Guards). */
export type GuardKind = 'deletes' | 'blanking' | 'overwrite' | 'canary';

/** So many records within this time pass: the greater of a number and a share of those that are linked. */
export interface GuardLimit {
  readonly maxCount: number;
  readonly maxPercent: number;
  readonly windowMs: number;
}

export interface GuardLimits {
  readonly deletes: GuardLimit;
  /** Of each field. */
  readonly blanking: GuardLimit;
  /** Of each actor that a side names. */
  readonly overwrite: GuardLimit;
}

/** Records of a class that may come within its window. All of them may where the limit is 100 %: those that have gone since count as well. */
export function mostWithin(linked: number, { maxCount, maxPercent }: GuardLimit): number {
  if (maxPercent >= 100) return Infinity;
  return Math.max(maxCount, Math.floor((linked * maxPercent) / 100));
}

/** What an edit counts as: deletions are counted as such, a value that is wiped also as an overwrite. */
export function isBlanking(before: Canon, after: Canon): boolean {
  return isBlank(after) && !isBlank(before);
}

export function belongsTo(kind: GuardKind, unit: string, subject: string, blanks: boolean): boolean {
  switch (kind) {
    case 'deletes':
      return unit === LIFE;
    case 'blanking':
      return unit === subject && blanks;
    case 'overwrite':
      return unit !== LIFE;
    case 'canary':
      return unit === LIFE || blanks;
  }
}

const CODE = 'guard-';

/** The code under which a unit is held until a person has answered the guard. */
export function guardCode(trip: string): string {
  return CODE + trip;
}

/** The trip of the guard that holds a unit; `null`: none does. */
export function tripOf(blocked: Blocked | null): string | null {
  return blocked?.code.startsWith(CODE) === true ? blocked.code.slice(CODE.length) : null;
}

export function withoutGuard(unit: Unit): Unit {
  return tripOf(unit.blocked) === null ? unit : { ...unit, blocked: null };
}
