import { createContext, useContext, useSyncExternalStore } from 'react';
import type { Answer } from '../api/client';
import type { Conflict, Decision, DecisionInput } from '../api/types';

/** What this tab did to a conflict, before and after the service answered. */
export type Mark =
  | { readonly status: 'sending'; readonly label: string }
  | { readonly status: 'held'; readonly label: string; readonly decision: Decision }
  | { readonly status: 'stale'; readonly current: Answer<Conflict> | null }
  | { readonly status: 'failed'; readonly why: string };

/** One decision that can be undone, the newest last. */
export interface Taken {
  readonly conflict: Conflict;
  readonly input: DecisionInput;
  readonly label: string;
  readonly answer: Promise<Decision>;
  /** Until the service has answered, unknown. */
  readonly undoUntil: string | null;
}

/** What was undone, and can be decided again. */
export type Undone = Pick<Taken, 'conflict' | 'input' | 'label'>;

interface Snapshot {
  readonly marks: ReadonlyMap<string, Mark>;
  readonly taken: readonly Taken[];
  readonly undone: readonly Undone[];
  /** Counts up when a conflict must be shown afresh: after an undo. */
  readonly turns: ReadonlyMap<string, number>;
}

/** The decisions of this tab: optimistic marks, and what can be undone and redone, unlimited until reload. */
export class ReviewSession {
  private snapshot: Snapshot = { marks: new Map(), taken: [], undone: [], turns: new Map() };
  private readonly listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly read = (): Snapshot => this.snapshot;

  /** @param again what was undone last is decided again: what was undone before it still can be */
  sending(taken: Taken, again = false): void {
    this.change({
      marks: this.marked(taken.conflict.id, { status: 'sending', label: taken.label }),
      taken: [...this.snapshot.taken, taken],
      undone: again ? this.snapshot.undone.slice(0, -1) : [],
    });
  }

  held(taken: Taken, decision: Decision): void {
    this.change({
      marks: this.marked(taken.conflict.id, { status: 'held', label: taken.label, decision }),
      taken: this.snapshot.taken.map((entry) =>
        entry.answer === taken.answer ? { ...entry, undoUntil: decision.undoUntil } : entry,
      ),
    });
  }

  refused(taken: Taken, mark: Mark): void {
    this.change({ marks: this.marked(taken.conflict.id, mark), taken: this.without(taken) });
  }

  undone(taken: Taken): void {
    const { conflict, input, label } = taken;
    const marks = new Map(this.snapshot.marks);
    marks.delete(conflict.id);
    this.change({
      marks,
      taken: this.without(taken),
      undone: [...this.snapshot.undone, { conflict, input, label }],
      turns: new Map(this.snapshot.turns).set(conflict.id, (this.snapshot.turns.get(conflict.id) ?? 0) + 1),
    });
  }

  forget(id: string): void {
    const marks = new Map(this.snapshot.marks);
    marks.delete(id);
    this.change({ marks });
  }

  private without(taken: Taken): readonly Taken[] {
    return this.snapshot.taken.filter((entry) => entry.answer !== taken.answer);
  }

  private marked(id: string, mark: Mark): ReadonlyMap<string, Mark> {
    return new Map(this.snapshot.marks).set(id, mark);
  }

  private change(part: Partial<Snapshot>): void {
    this.snapshot = { ...this.snapshot, ...part };
    for (const listener of this.listeners) listener();
  }
}

export const ReviewSessionContext = createContext(new ReviewSession());

export function useReviewSession(): Snapshot & { readonly session: ReviewSession } {
  const session = useContext(ReviewSessionContext);
  const snapshot = useSyncExternalStore(session.subscribe, session.read);
  return { ...snapshot, session };
}
