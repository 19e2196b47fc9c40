import type { Json } from './json';
import type { Activity, PersonRef, Work } from './work-types';

/* The HTTP API of the service as this client uses it (base `/api/v1`). Times are RFC 3339 in UTC. */
export type { Json };

export type Side = 'A' | 'B';

export type DisplayClock = Readonly<Record<string, number>>;

export interface Author {
  readonly kind: string;
  readonly name: string;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Opaque; `null` on the last page. */
  readonly next: string | null;
}

export type ConflictState = 'open' | 'snoozed' | 'held' | 'closed';

export interface Candidate {
  readonly key: 'a' | 'b' | 'head' | 'decision' | 'recovered';
  readonly side: Side | null;
  readonly label: string;
  readonly value: Json;
  readonly raw: Json;
  readonly clock: DisplayClock;
  readonly by: Author | null;
  /** Hub time, as the interval in which the edit certainly lies. */
  readonly at: { readonly from: string; readonly to: string } | null;
  /** In lists: the value was too long and is cut off. */
  readonly truncated?: boolean;
}

/** A record that a reference points to; its id stands in the values. */
export interface Target {
  readonly id: string;
  readonly title: string;
  readonly pipeline: string;
}

export interface ConflictSummary {
  readonly id: string;
  readonly pipeline: string;
  /** `null` for a match: it is about records that are not linked. */
  readonly record: string | null;
  readonly title: string;
  readonly unit: string;
  readonly kind: string;
  readonly reason: string;
  readonly state: ConflictState;
  readonly rev: number;
  /** What a decision carries in If-Match. */
  readonly etag: string;
  /** Its values are personal data. */
  readonly personal: boolean;
  /** Values or the name are covered in this answer. */
  readonly covered: boolean;
  readonly work: Work;
  readonly priority: string;
  readonly openedAt: string;
  readonly changedAt: string;
  readonly base: { readonly value: Json } | null;
  readonly candidates: readonly Candidate[];
  readonly targets: readonly Target[];
}

export interface Conflict extends ConflictSummary {
  /** Of kind `match`: the record in question and what it may be the same as. */
  readonly match: Match | null;
  readonly recordIds: { readonly A: string | null; readonly B: string | null };
  readonly systems: { readonly A: string; readonly B: string };
  readonly policy: {
    readonly strategy: string;
    readonly sentence: string;
    readonly [setting: string]: unknown;
  };
  readonly revision: number;
  /** What happened, and the policy that sends it here. */
  readonly why: string;
  /** A merge that the service offers where one exists; never preselected. */
  readonly merged: { readonly value: Json } | null;
  /** What each choice writes, in words; a choice that is absent cannot be taken. */
  readonly effects: {
    readonly a?: string;
    readonly b?: string;
    readonly base?: string;
    readonly merged?: string;
  };
  readonly decisions: readonly Decision[];
  /** Other conflicts of the record that are not closed. */
  readonly others: readonly Sibling[];
  readonly closeReason: string | null;
  /** The newest 50. */
  readonly activity: readonly Activity[];
  /** Of kind `guard`: what it holds. */
  readonly guard: StoppedByGuard | null;
  readonly halt: {
    readonly detail: string;
    /** Sides that were restored or replaced: going on has to say what is right. */
    readonly restored: readonly Side[];
    readonly choices: readonly HaltChoice[];
  } | null;
  /** Where each system shows the record, as far as the pipeline's file says. */
  readonly links: { readonly A: string | null; readonly B: string | null };
}

export type HaltChoice = 'resume' | 'give-back' | 'take';

export interface StoppedByGuard {
  readonly id: string;
  readonly side: Side;
  readonly guard: GuardTrip['kind'];
  readonly subject: string;
  readonly count: number;
  readonly most: number;
  readonly held: number;
  readonly sample: GuardTrip['sample'];
}

export interface Match {
  readonly side: Side;
  readonly id: string;
  readonly values: Readonly<Record<string, Json>>;
  readonly candidates: readonly MatchCandidate[];
  /** The pipeline makes such records on the other side. */
  readonly mayCreate: boolean;
}

export interface MatchCandidate {
  readonly n: number;
  readonly id: string;
  readonly title: string;
  readonly rule: string;
  readonly points: number | null;
  readonly verdicts: readonly {
    readonly field: string;
    readonly as: string;
    readonly likeness: number | null;
    readonly points: number;
    readonly verdict: string;
  }[];
  readonly values: Readonly<Record<string, Json>>;
  /** Why it cannot be chosen any more. */
  readonly gone: string | null;
}

export interface Sibling {
  readonly id: string;
  readonly unit: string;
  readonly state: 'open' | 'held';
  readonly etag: string;
  readonly reason: string;
}

export type Take = 'a' | 'b' | 'base' | 'merged' | 'value';

/** Answers to a match. */
export type MatchTake = 'link' | 'create' | 'apart';

export interface DecisionInput {
  readonly take: Take | MatchTake;
  /** With `take: link`. */
  readonly candidate?: number;
  readonly value?: Json;
  readonly note?: string;
}

export interface Decision {
  readonly id: string;
  readonly conflict: string;
  readonly take: Take | MatchTake;
  readonly value: Json;
  readonly by: string;
  readonly at: string;
  readonly undoUntil: string;
  /** In the answer to an undo after the write. */
  readonly undone?: Readonly<Record<'A' | 'B', 'given-back' | 'edited-since' | 'as-it-was'>>;
  readonly outcome: string;
  readonly note: string | null;
  /** How many were made as one. */
  readonly together: number;
}

export interface RecordSummary {
  readonly id: string;
  readonly pipeline: string;
  readonly title: string;
  readonly ids: { readonly A: string | null; readonly B: string | null };
  readonly systems: { readonly A: string; readonly B: string };
  readonly state: string;
  /** Why it takes no part; `null`: it does. */
  readonly excluded: string | null;
  /** Conflicts that are not closed. */
  readonly conflicts: readonly string[];
}

/** A search by name goes through the records a stretch at a time: a page may be empty and have a next. */
export interface RecordPage extends Page<RecordSummary> {
  /** What was searched, in words; `null` without a search. */
  readonly searched: string | null;
}

export interface FieldSide {
  readonly value: Json;
  readonly raw: Json;
  readonly clock: DisplayClock;
  readonly by: Author | null;
  readonly at: { readonly from: string; readonly to: string } | null;
}

export type FieldState = 'in-sync' | 'conflict' | 'held' | 'blocked' | 'in-flight' | 'diverged';

export interface RecordField {
  readonly field: string;
  readonly personal: boolean;
  readonly value: Json;
  readonly A: FieldSide | null;
  readonly B: FieldSide | null;
  readonly clock: DisplayClock;
  readonly state: FieldState;
  readonly why: string;
}

export interface RecordDetail extends RecordSummary {
  /** It shows personal data, covered or not. */
  readonly personal: boolean;
  readonly targets: readonly Target[];
  readonly fields: readonly RecordField[];
  readonly asOf: string | null;
}

export type PipelineHealth = 'ok' | 'catching-up' | 'attention' | 'down';

export interface Paused {
  readonly at: string;
  readonly by: string;
  readonly reason: string | null;
}

export interface PipelineSide {
  readonly label: string;
  readonly connector: string;
  readonly object: string;
  /** Age of the oldest change that is seen here and not applied on the other side; `null` when nothing is known yet. */
  readonly lagSeconds: number | null;
  readonly backlog: number | null;
  readonly paused: Paused | null;
  readonly error: { readonly code: string; readonly detail: string; readonly since: string } | null;
  /** It was restored or replaced: resuming has to say what is right. */
  readonly restored: boolean;
  readonly lastReadAt: string | null;
  readonly lastWriteAt: string | null;
}

export interface LoadProgress {
  readonly phase: string;
  readonly done: number;
  readonly total: number;
  readonly ratePerSecond: number | null;
  readonly secondsLeft: number | null;
  /** Records that may be made on a side in a time; `null`: no limit. */
  readonly rate: { readonly A: string | null; readonly B: string | null };
}

export interface Pipeline {
  readonly name: string;
  readonly revision: number;
  readonly state: 'new' | 'comparing' | 'report' | 'loading' | 'running' | 'halted';
  readonly paused: Paused | null;
  readonly health: PipelineHealth;
  readonly sentence: string;
  /** `null`: never started. */
  readonly sides: { readonly A: PipelineSide | null; readonly B: PipelineSide | null };
  readonly counts: {
    readonly linked: number;
    readonly inSync: number;
    readonly excluded: number;
    readonly conflicts: number;
    readonly held: number;
    readonly blocked: number;
    readonly guards: number;
    readonly unmatched: number;
    readonly changesTotal: number;
    readonly writesTotal: number;
  };
  readonly load: LoadProgress | null;
  readonly policies: Readonly<Record<string, string>>;
}

export interface FieldCompared {
  readonly equal: number;
  readonly different: number;
  readonly onlyA: number;
  readonly onlyB: number;
  readonly samples: readonly { readonly a: string; readonly b: string; readonly A: Json; readonly B: Json }[];
}

/** Some record or pair of each kind that the comparison found. */
export interface LoadSample {
  readonly kind: 'linked' | 'scored' | 'question' | 'ambiguous' | 'only-a' | 'only-b';
  readonly a_id: string | null;
  readonly b_id: string | null;
  readonly points?: number | null;
  readonly detail: string | null;
}

export interface LoadReport {
  /** Personal data is covered in this answer. */
  readonly covered: boolean;
  readonly linked: number;
  readonly onlyA: number;
  readonly onlyB: number;
  readonly ambiguous: number;
  readonly scored: number;
  /** What linking would mean, field by field; `null`: not found out. */
  readonly fields: {
    readonly looked: number;
    readonly fields: Readonly<Record<string, FieldCompared>>;
  } | null;
  /** Keys that too many records share to compare all of them. */
  readonly leftOut: readonly {
    readonly rule: string;
    readonly key: string;
    readonly a: number;
    readonly b: number;
  }[];
  readonly samples: readonly LoadSample[];
  readonly excludedA: number;
  readonly excludedB: number;
  readonly acceptedAt: string | null;
  readonly progress: LoadProgress | null;
}

export interface DeadLetterGroup {
  readonly code: string;
  readonly unit: string;
  readonly side: Side;
  readonly detail: string;
  readonly count: number;
  readonly firstAt: string;
  readonly lastAt: string;
  readonly records: readonly string[];
}

export interface DeadLetterList {
  readonly items: readonly DeadLetterGroup[];
  /** What systems said is covered in this answer. */
  readonly covered: boolean;
}

/** A class of operations that was stopped because it concerned too many records at once. */
export interface GuardTrip {
  readonly id: string;
  readonly side: Side;
  readonly kind: 'deletes' | 'blanking' | 'overwrite' | 'canary';
  readonly subject: string;
  readonly count: number;
  readonly most: number;
  readonly held: number;
  readonly openedAt: string;
  readonly sample: readonly {
    readonly record: string;
    readonly a: string | null;
    readonly b: string | null;
    readonly unit: string;
    readonly before: Json;
    readonly after: Json;
  }[];
}

/** RFC 9457. */
export interface Problem {
  readonly type?: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly code?: string;
  readonly traceId?: string;
  /** Of a decision that was not on what is there now; several where all of a record were decided. */
  readonly current?: Conflict | readonly Conflict[];
  /** Who is at work on it. */
  readonly by?: PersonRef;
  /** What was done meanwhile, where work on an item was changed; else which of its parts moved. */
  readonly changed?: readonly (Activity | string)[];
  /** Of a filter that cannot be read: where, from 0. */
  readonly position?: number;
}
