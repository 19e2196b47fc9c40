import type { Json } from './json';

export interface PersonRef {
  readonly id: string;
  readonly name: string;
}

/** What people added to an item of the queue. */
export interface Work {
  /** What changes of it carry in If-Match. */
  readonly etag: string;
  readonly priority: string;
  readonly priorityBy: 'rule' | 'person';
  readonly dueAt: string | null;
  readonly dueBy: 'rule' | 'person' | null;
  /** The hours in which time runs, as the pipeline's file has them: `Mon-Fri 09:00-18:00 Europe/Berlin`. */
  readonly businessHours: string | null;
  readonly riskAt: string | null;
  readonly assignee: PersonRef | null;
  readonly claim: { readonly by: PersonRef; readonly until: string } | null;
  readonly turn: PersonRef | null;
  readonly snooze: {
    readonly until: string | null;
    readonly orChange: boolean;
    readonly by: PersonRef | null;
  } | null;
  readonly asked: {
    readonly of: PersonRef | null;
    readonly by: PersonRef | null;
    readonly at: string;
    readonly question: string | null;
  } | null;
  readonly comments: number;
  readonly skips: number;
}

/** Something that was said of an item, or done to it. */
export interface Activity {
  readonly id: string;
  readonly at: string;
  readonly kind: string;
  readonly by: { readonly kind: string; readonly name: string };
  readonly about: PersonRef | null;
  readonly text: string | null;
  readonly detail: Json;
}
