/** Answers of the review API, as far as commands read them. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

export interface Candidate {
  readonly key: string;
  readonly label: string;
  readonly value: unknown;
  readonly clock: Readonly<Record<string, number>>;
  readonly by: { readonly name: string } | null;
  readonly at: { readonly from: string; readonly to: string } | null;
}

export interface ConflictSummary {
  readonly id: string;
  readonly pipeline: string;
  /** `null` for a match. */
  readonly record: string | null;
  readonly title: string;
  readonly unit: string;
  readonly reason: string;
  readonly state: 'open' | 'snoozed' | 'held' | 'closed';
  readonly priority: string;
  readonly closeReason: string | null;
  readonly work: Work;
  readonly actions: readonly { readonly name: string; readonly path: string }[];
  readonly base: { readonly value: unknown } | null;
  readonly candidates: readonly Candidate[];
  /** Personal data of it is not in this answer. */
  readonly covered: boolean;
}

/** What people added to an item of the queue. */
export interface Work {
  readonly etag: string;
  readonly priority: string;
  readonly dueAt: string | null;
  readonly assignee: { readonly id: string; readonly name: string } | null;
  readonly claim: { readonly by: { readonly name: string }; readonly until: string } | null;
  readonly snooze: { readonly until: string | null } | null;
  readonly comments: number;
}

export interface Conflict extends ConflictSummary {
  readonly why: string;
  /** Of a match: the record in question and what it may be the same as. */
  readonly match?: Match | null;
  readonly merged: { readonly value: unknown } | null;
  readonly effects: Readonly<Partial<Record<'a' | 'b' | 'base' | 'merged', string>>>;
}

export interface Match {
  readonly side: 'A' | 'B';
  readonly id: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly candidates: readonly MatchCandidate[];
}

export interface MatchCandidate {
  readonly n: number;
  readonly id: string;
  readonly title: string;
  readonly points: number | null;
  readonly verdicts: readonly { readonly field: string; readonly verdict: string; readonly points: number }[];
  readonly values: Readonly<Record<string, unknown>>;
  readonly gone: string | null;
}

export interface Decision {
  readonly id: string;
  readonly conflict: string;
  readonly take: string;
  readonly value: unknown;
  readonly by: string;
  readonly undoUntil: string;
  /** Of an undo after the write: what becomes of the sides. */
  readonly undone?: Readonly<Record<'A' | 'B', 'given-back' | 'edited-since' | 'as-it-was'>>;
  readonly outcome: string;
}
