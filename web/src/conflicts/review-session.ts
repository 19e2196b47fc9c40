import { createContext, useContext, useSyncExternalStore } from 'react';
import type { Answer } from '../api/client';
import type { Conflict, Decision, DecisionInput } from '../api/types';

/** What this tab did to a conflict, before and after the service answered. */
export type Mark =
  | { readonly status: 'sending'; readonly label: string }
  | { readonly status: 'held'; readonly label: string }
  | { readonly status: 'stale'; readonly current: Answer<Conflict> | null }
  | { readonly status: 'failed'; readonly why: string };

/** Decided in this tab, as far as is known. */
export function isTaken(mark: Mark | undefined): boolean {
  return mark?.status === 'sending' || mark?.status === 'held';
}

/** What was shown, and what was chosen of it. */
export interface Part {
  readonly conflict: Conflict;
  readonly input: DecisionInput;
}

/** One decision that can be undone, the newest last; of several conflicts of a record, where they were decided as one. */
export interface Taken {
  readonly parts: readonly [Part, ...Part[]];
  readonly label: string;
  /** Of the first part; the others were made together with it. */
  readonly answer: Promise<Decision>;
  /** Until the service has answered, unknown. */
  readonly undoUntil: string | null;
}

/** What was undone, and can be decided again. */
export type Undone = Pick<Taken, 'parts' | 'label'>;

interface Snapshot {
  readonly marks: ReadonlyMap<string, Mark>;
  readonly taken: readonly Taken[];
  readonly undone: readonly Undone[];
  /** Counts up when a conflict must be shown afresh: after an undo. */
  readonly turns: ReadonlyMap<string, number>;
  /** Whose undo is on its way: the next is that of what was decided before. */
  readonly undoing: ReadonlySet<Taken['answer']>;
}

/** The decisions of this tab: optimistic marks, and what can be undone and redone, unlimited until reload. */
export class ReviewSession {
  private snapshot: Snapshot = {
    marks: new Map(),
    taken: [],
    undone: [],
    turns: new Map(),
    undoing: new Set(),
  };
  private readonly listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly read = (): Snapshot => this.snapshot;

  /** @param again what was undone last is decided again: what was undone before it still can be */
  sending(taken: Taken, again = false): void {
    this.change({
      marks: this.marked(taken, () => ({ status: 'sending', label: taken.label })),
      taken: [...this.snapshot.taken, taken],
      undone: again ? this.snapshot.undone.slice(0, -1) : [],
    });
  }

  held(taken: Taken, decision: Decision): void {
    this.change({
      marks: this.marked(taken, () => ({ status: 'held', label: taken.label })),
      taken: this.snapshot.taken.map((entry) =>
        entry.answer === taken.answer ? { ...entry, undoUntil: decision.undoUntil } : entry,
      ),
    });
  }

  /** @param markOf why, for each of the conflicts */
  refused(taken: Taken, markOf: (id: string) => Mark): void {
    this.change({ marks: this.marked(taken, markOf), taken: this.without(taken) });
  }

  /** @returns what is to be undone now; `undefined`: there is nothing that is not on its way already */
  undoing(): Taken | undefined {
    const taken = this.snapshot.taken.findLast(({ answer }) => !this.snapshot.undoing.has(answer));
    if (taken !== undefined) this.change({ undoing: new Set([...this.snapshot.undoing, taken.answer]) });
    return taken;
  }

  /** Whether it was undone or not. */
  undoOver({ answer }: Taken): void {
    const undoing = new Set(this.snapshot.undoing);
    undoing.delete(answer);
    this.change({ undoing });
  }

  undone(taken: Taken): void {
    const { parts, label } = taken;
    const marks = new Map(this.snapshot.marks);
    const turns = new Map(this.snapshot.turns);
    for (const { conflict } of parts) {
      marks.delete(conflict.id);
      turns.set(conflict.id, (turns.get(conflict.id) ?? 0) + 1);
    }
    this.change({
      marks,
      taken: this.without(taken),
      undone: [...this.snapshot.undone, { parts, label }],
      turns,
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

  private marked({ parts }: Taken, markOf: (id: string) => Mark): ReadonlyMap<string, Mark> {
    const marks = new Map(this.snapshot.marks);
    for (const { conflict } of parts) marks.set(conflict.id, markOf(conflict.id));
    return marks;
  }

  private change(part: Partial<Snapshot>): void {
    this.snapshot = { ...this.snapshot, ...part };
    for (const listener of this.listeners) listener();
  }
}

export const ReviewSessionContext = createContext(new ReviewSession());

export function useReviewSession(): ReviewSession {
  return useContext(ReviewSessionContext);
}

/** @param pick a part that stays the same object as long as it is not changed: whoever looks is drawn anew only then */
export function useReview<Part>(pick: (review: Snapshot) => Part): Part {
  const session = useReviewSession();
  return useSyncExternalStore(session.subscribe, () => pick(session.read()));
}
