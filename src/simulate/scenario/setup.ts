import type { Side } from '../../core/clock.js';
import type { DeleteAction } from '../../core/plan.js';
import type { Action } from '../world/action.js';

/** What a run starts from. Plain data: with the actions it is the whole run, and it is what a failing run prints. */
export interface Setup {
  readonly sides: Readonly<Record<Side, SideSetup>>;
  /** Keys of the units, in plan order. */
  readonly units: readonly string[];
  readonly holdTogether: readonly string[];
  /** Two existing records without a common past, instead of two equal ones. */
  readonly linked: boolean;
  readonly life: {
    readonly a: DeleteAction;
    readonly b: DeleteAction;
    readonly edited: 'review' | 'delete' | 'keep';
  };
  /** What is set back to backups in a run that is about it. Default: nothing. */
  readonly setBack?: readonly (Side | 'hub')[];
  readonly flips: number;
  /** How often each kind of step is taken, as a multiple of its usual weight; what is missing is taken as usual. */
  readonly often: Readonly<Partial<Record<Action['do'], number>>>;
  /** So many of a hundred edits go back to what stood a moment ago. */
  readonly takenBack: number;
  /** So many of a hundred have a date that says nothing. */
  readonly undated: number;
}

export type SideKind =
  /** T0, its change log read as data: the batch lane. */
  | 'T0 log'
  /** T0, read as states. */
  | 'T0'
  | 'T1'
  | 'T1 unordered'
  | 'T1 coarse'
  | 'T2'
  | 'T3'
  | 'T4';

export interface SideSetup {
  readonly kind: SideKind;
  readonly marker: boolean;
  readonly idempotent: boolean;
  readonly granuleMs: number;
  readonly skewMs: number;
  readonly staleMs: number;
  /** What the side makes of texts: keeps them, ends them with a mark that reading takes away, or cuts them. */
  readonly form: 'plain' | 'marked' | 'cut';
  /** Unit whose value an automation of the side puts back whenever the hub writes it; `null`: none. */
  readonly insists: string | null;
  /** Long texts are refused until the side is told to take them. */
  readonly refuses: boolean;
  /** Columns that a trigger fills inside the hub's own transaction. */
  readonly trigger: boolean;
  /** What a reference points to must be there, and stays there while it is pointed to. Default: the side does not care. */
  readonly keys?: boolean;
  /** Rows are deleted there by a mark in a column. Default: they are gone. */
  readonly archives?: boolean;
}
