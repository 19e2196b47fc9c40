import type { Candidate } from '../conflict.js';
import type { DeriveInput } from '../derive-input.js';

export interface Concurrent extends DeriveInput {
  /** All maximal versions: the changes, and head when none of them had seen it. */
  readonly candidates: readonly Candidate[];
  /** The changes alone. */
  readonly changed: readonly Candidate[];
}
