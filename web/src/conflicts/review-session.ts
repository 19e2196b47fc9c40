import { createContext, useContext, useSyncExternalStore } from 'react';
import type { Answer } from '../api/client';
import type { Conflict, Decision } from '../api/types';

/** What this tab did to a conflict, before and after the service answered. */
export type Mark =
  | { readonly status: 'sending'; readonly label: string }
  | { readonly status: 'held'; readonly label: string; readonly decision: Decision }
  | { readonly status: 'stale'; readonly current: Answer<Conflict> | null }
  | { readonly status: 'failed'; readonly why: string };

/** One decision that can be undone, the newest last. */
export interface Taken {
  readonly conflict: Conflict;
  readonly label: string;
  readonly answer: Promise<Decision>;
  /** Until the service has answered, unknown. */
  readonly undoUntil: string | null;
}

interface Snapshot {
  readonly marks: ReadonlyMap<string, Mark>;
  readonly taken: readonly Taken[];
  /** Counts up when a conflict must be shown afresh: after an undo. */
  readonly turns: ReadonlyMap<string, number>;
}

/** The decisions of this tab: optimistic marks and the undo stack, unlimited until reload. */
export class ReviewSession {
  private snapshot: Snapshot = { marks: new Map(), taken: [], turns: new Map() };
  private readonly listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly read = (): Snapshot => this.snapshot;

  sending(taken: Taken): void {
    this.change({
      marks: this.marked(taken.conflict.id, { status: 'sending', label: taken.label }),
      taken: [...this.snapshot.taken, taken],
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
    this.change({
      marks: this.marked(taken.conflict.id, mark),
      taken: this.snapshot.taken.filter((entry) => entry.answer !== taken.answer),
    });
  }

  undone(taken: Taken): void {
    const id = taken.conflict.id;
    const marks = new Map(this.snapshot.marks);
    marks.delete(id);
    this.change({
      marks,
      taken: this.snapshot.taken.filter((entry) => entry.answer !== taken.answer),
      turns: new Map(this.snapshot.turns).set(id, (this.snapshot.turns.get(id) ?? 0) + 1),
    });
  }

  forget(id: string): void {
    const marks = new Map(this.snapshot.marks);
    marks.delete(id);
    this.change({ marks });
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
