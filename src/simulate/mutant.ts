import type { SwitchName } from './hub/switches.js';
import type { Setup, SideKind } from './scenario/setup.js';
import type { Action } from './world/action.js';

/** One protection switched off, and where that hurts most. */
export interface Mutant {
  readonly without: SwitchName;
  /** Kinds of sides; default: all that promise something. */
  readonly kinds?: readonly SideKind[];
  /** What makes the runs harder for this one. */
  readonly tune?: (setup: Setup) => Setup;
  /** What has to come together for it is too rare to wait for: every run is this, and everything working again after it. */
  readonly script?: readonly Action[];
  readonly runs: number;
}
