import type { Side } from './edits.js';
import type { OpenConflict } from './verdict.js';

/** What the harness needs of anything that keeps two databases in agreement. */
export interface SystemUnderTest {
  readonly name: string;
  readonly urls: Readonly<Record<Side, string>>;
  /**
   * Starts it for the first time: A is full, B is empty. Resolves when it says that its first load is done and B has it.
   *
   * @returns `performance.now()` when the load began, the start-up of the program left out, and when it ended
   */
  firstLoad(): Promise<{ began: number; ended: number }>;
  /** From here on changes are not looked at, until `release`. */
  hold(): Promise<void>;
  release(): Promise<void>;
  /** From here on changes are looked at as they come. */
  wake(): Promise<void>;
  /** `quiet` shall speak of everything that has happened up to now. */
  askAnew(): void;
  /** True when the system itself says that nothing is left to do. */
  quiet(): Promise<boolean>;
  openConflicts(): Promise<readonly OpenConflict[]>;
  countOpenConflicts(): Promise<number>;
  /** The processes whose memory is its own; the databases' are not. */
  processes(): Promise<readonly number[]>;
  stop(): Promise<void>;
}
