import type { Conflict } from './conflict.js';
import type { Version } from './unit.js';
import type { Canon } from './value.js';

/** How a head came to be; the words that lineage and explanations use. */
export type How =
  | 'fast-forward'
  | 'agreement'
  | 'owner'
  | 'reassert'
  | 'newest'
  | 'merge'
  | 'rule'
  | 'non-blank'
  | 'decision'
  | 'void-cover';

/** A version that the new head replaces without its author having been asked: named in lineage, restorable in one action. */
export interface Overridden {
  readonly version: Version;
  readonly by: How;
  readonly detail: string;
}

export interface Authored {
  readonly kind: 'author';
  /** `fast-forward`: the side's own version becomes head, dot and all. Otherwise the hub signs: dot and context are set by author(). */
  readonly how: How;
  readonly value: Canon;
  /** The version that won as it is, when one did. */
  readonly from: Version | null;
  readonly overridden: readonly Overridden[];
  /** One sentence: why this value stands. */
  readonly why: string;
}

export type Outcome =
  /** Head says all there is to say; writes may still be due. */
  | { readonly kind: 'rest' }
  | Authored
  | { readonly kind: 'conflict'; readonly conflict: Conflict }
  /** Decided; waiting for the undo window to pass. */
  | {
      readonly kind: 'held';
      readonly decision: string;
      readonly until: number;
      readonly conflict: Conflict | null;
    }
  /** The sides differ because the policy says so (`owner` with `onForeignEdit: ignore`). */
  | { readonly kind: 'diverged'; readonly why: string };
