import type { Direction } from '../../../src/core/plan.js';
import type { Side } from '../../../src/core/clock.js';
import type { Registers } from './notation.js';
import type { PolicyName } from './policies.js';

/** One line of the case tables: the registers before, what happens, and what must follow. */
export interface CaseRow {
  /** Number in semantics §2, where there is one. */
  readonly id: string;
  readonly says: string;
  readonly policies: readonly PolicyName[];
  readonly preferNonBlank?: boolean;
  readonly direction?: Direction;
  readonly before: Registers;
  /** What happens before the unit is looked at; see play.ts for the words. */
  readonly events?: readonly string[];
  readonly then: Expected;
}

export interface Expected {
  /** `rest`, `held`, `diverged`, how a head came to be, or `conflict: KIND`. */
  readonly outcome: string;
  /** Head afterwards, value and dot; missing: unchanged. */
  readonly head?: string;
  /** Sides that are written. */
  readonly push?: readonly Side[];
  /** What lineage names as replaced without its author having been asked. */
  readonly overridden?: readonly string[];
  /** Candidates of the conflict, in order. */
  readonly candidates?: readonly string[];
  /** What a person reads. */
  readonly why?: string;
  /** What a side's image is afterwards, where the case is about that. */
  readonly image?: Partial<Readonly<Record<Side, string>>>;
}

export interface CaseTable {
  readonly title: string;
  readonly intro: string;
  readonly rows: readonly CaseRow[];
}
