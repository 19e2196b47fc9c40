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
}

export type ItemState = 'open' | 'snoozed' | 'held' | 'closed';
