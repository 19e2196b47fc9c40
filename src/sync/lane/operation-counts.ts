import type { Side } from '../../core/clock.js';
import { isBlanking, type GuardKind } from '../../core/guard.js';
import { LIFE } from '../../core/plan.js';
import type { LineageDraft } from './lineage.js';

/** One class of operations: of a kind, from a side, of one subject (a field, an actor). */
export interface OperationClass {
  readonly side: Side;
  readonly kind: GuardKind;
  readonly subject: string;
}

export function classKey({ side, kind, subject }: OperationClass): string {
  return `${side} ${kind} ${subject}`;
}

const EDITS: ReadonlySet<string> = new Set(['observed', 'stale-form']);

/** The classes of operations that an edit belongs to, with the units that it touched in each. */
export function classesOf(draft: LineageDraft): readonly (readonly [OperationClass, unit: string])[] {
  const { side } = draft;
  if (draft.kind !== 'observed' || side === null) return [];
  const found: (readonly [OperationClass, string])[] = [];
  const actor = draft.by?.name;
  for (const [unit, event] of Object.entries(draft.units)) {
    if (!EDITS.has(event.k)) continue;
    if (unit === LIFE) {
      if (event.v === 'deleted') found.push([{ side, kind: 'deletes', subject: '' }, unit]);
      continue;
    }
    if (isBlanking(event.o ?? null, event.v ?? null))
      found.push([{ side, kind: 'blanking', subject: unit }, unit]);
    if (actor !== undefined) found.push([{ side, kind: 'overwrite', subject: actor }, unit]);
  }
  return found;
}

/**
 * Which records were concerned by each class of operations lately: whoever asks prunes a class as soon as there are more than may pass, and
 * tidies away those that nothing was heard of any more.
 */
export class OperationCounts {
  readonly #seen = new Map<string, Map<number, number>>();

  /** @returns how many records are remembered, this one included; some may be older than the window */
  add(operation: OperationClass, linkId: number, at: number): number {
    const key = classKey(operation);
    const records = this.#seen.get(key) ?? new Map<number, number>();
    // What was heard of last is last, so that what is too old is found at the front, of records and of classes.
    this.#seen.delete(key);
    this.#seen.set(key, records);
    records.delete(linkId);
    records.set(linkId, at);
    return records.size;
  }

  /** Forgets what is older than the window. @returns how many records are left */
  prune(operation: OperationClass, since: number): number {
    const records = this.#seen.get(classKey(operation));
    if (records === undefined) return 0;
    forgetOlder(records, since);
    return records.size;
  }

  /** Forgets classes of which nothing was heard since. */
  tidy(since: number): void {
    for (const [key, records] of this.#seen) {
      forgetOlder(records, since);
      if (records.size > 0) break;
      this.#seen.delete(key);
    }
  }

  forget(operation: OperationClass): void {
    this.#seen.delete(classKey(operation));
  }
}

function forgetOlder(records: Map<number, number>, since: number): void {
  for (const [id, at] of records) {
    if (at >= since) return;
    records.delete(id);
  }
}
