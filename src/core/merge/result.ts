import type { Canon } from '../value.js';

/** One side's edit since the value it had that is already folded into head. `base` is undefined when the records share no past. */
export interface Contribution {
  readonly base: Canon | undefined;
  readonly value: Canon;
}

/** `reason`: `ambiguous-base`, or in words why the edits do not merge. */
export type MergeResult = { readonly ok: true; readonly value: Canon } | { readonly ok: false; readonly reason: string };
