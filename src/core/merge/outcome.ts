import type { Canon } from '../value.js';

/** What one side did since the value that head already holds of it. `base` undefined: two existing records without a common past. */
export interface Contribution {
  readonly base: Canon | undefined;
  readonly value: Canon;
}

/** `reason`: a stable code, with details for people behind a colon: `ambiguous-base`, `out-of-bounds: 12 is above 10`. */
export type MergeOutcome =
  { readonly ok: true; readonly value: Canon } | { readonly ok: false; readonly reason: string };

export function merged(value: Canon): MergeOutcome {
  return { ok: true, value };
}

export function notMerged(reason: string): MergeOutcome {
  return { ok: false, reason };
}
