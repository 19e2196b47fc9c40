import type { PipelineState } from '../common/pipeline-state.js';
import type { Plan } from '../core/plan.js';

export interface SideFigures {
  readonly side: 'A' | 'B';
  readonly label: string;
  readonly connector: string;
  readonly object: string;
  /** Age of the oldest change of this side that is not applied on the other; `null` while nothing was ever read. */
  readonly lagSeconds: number | null;
  /** Records of this side's changes that are on their way to the other side, or due to be looked at. */
  readonly backlog: number;
  readonly paused: Pause | null;
  readonly error: { readonly code: string; readonly detail: string; readonly since: Date } | null;
  /** It was set back to an earlier state, and a person must say what is right. */
  readonly restored: boolean;
  readonly lastReadAt: Date | null;
  readonly lastWriteAt: Date | null;
}

export interface Pause {
  readonly at: Date;
  readonly by: string;
  readonly reason: string;
}

export interface LoadFigures {
  readonly phase: string;
  readonly done: number;
  readonly total: number;
  readonly ratePerSecond: number | null;
  readonly secondsLeft: number | null;
  /** Records that may be made on a side in a time, `500/s`; `null`: no limit. */
  readonly rate: Readonly<Record<'A' | 'B', string | null>>;
}

/** What the database tells about one pipeline. */
export interface PipelineFigures {
  readonly id: number;
  readonly name: string;
  readonly revision: number;
  readonly state: PipelineState;
  readonly stateDetail: string | null;
  readonly paused: Pause | null;
  readonly sides: Readonly<Record<'A' | 'B', SideFigures | null>>;
  readonly counts: {
    readonly linked: number;
    readonly excluded: number;
    readonly inSync: number;
    readonly conflicts: number;
    readonly held: number;
    readonly blocked: number;
    readonly waiting: number;
    readonly guards: number;
    readonly unmatched: number;
    readonly changesTotal: number;
    readonly writesTotal: number;
  };
  readonly load: LoadFigures | null;
  /** `null` before its first revision was made. */
  readonly plan: Plan | null;
}
