import type { Tier } from '../plan.js';

/** What a side that is read (not logged) can do, as far as interpreting its answers depends on it. Declared by its connector. */
export interface Abilities {
  readonly tier: Tier;
  /** What two states of a record can be ordered by. `none`: only by when they were read. */
  readonly order: 'counter' | 'mtime' | 'none';
  /** A field of the record carries the id of our last write to it. */
  readonly marker: boolean;
  /** Width of a modification stamp, ms. */
  readonly granuleMs: number;
  /** A read may show a state that is this old (Δ). */
  readonly staleMs: number;
  /** What is written is what is stored, up to the field's own normal form. Otherwise a value of ours may come back as another. */
  readonly keepsValues: boolean;
  /** The side's clock minus ours, and how wrong that can be. */
  readonly clock: { readonly offsetMs: number; readonly errorMs: number };
  /** No copy of a request lands later than this after it was sent. */
  readonly fenceMs: number;
}

/** A record is deleted there only as it is known. Elsewhere whatever stands is deleted. */
export function deletesAsKnown({ tier }: Abilities): boolean {
  return tier === 'T0' || tier === 'T1';
}

/** The side compares before it writes: of several copies of one write at most one takes effect. */
export function isConditional(abilities: Abilities): boolean {
  return abilities.tier === 'T0' || abilities.tier === 'T1' || abilities.tier === 'T2';
}
