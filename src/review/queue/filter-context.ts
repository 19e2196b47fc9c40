import type { PersonalData } from '../../core/pipeline/personal-data.js';

/** A pipeline that the caller may see. */
export interface SeenPipeline {
  readonly id: number;
  readonly name: string;
  /** Of its file; `null`: none. */
  readonly queue: string | null;
}

export interface FilterContext {
  /** The caller's key in the database. */
  readonly me: string;
  /** Hub time, ms. */
  readonly now: number;
  readonly pipelines: readonly SeenPipeline[];
  /** By pipeline, what the caller may not find out by searching for it. */
  readonly unsearchable: ReadonlyMap<number, PersonalData>;
}

export type ItemState = 'open' | 'snoozed' | 'held' | 'closed';
