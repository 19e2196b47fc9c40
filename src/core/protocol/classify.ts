import type { Abilities } from './abilities.js';
import type { Guards } from './guards.js';
import type { SideState } from './side-state.js';
import type { Sighting } from './sighting.js';

/**
 * What a state that was read is, compared with the one accepted last (semantics §1.5). `recheck`: older or newer, nobody can say yet;
 * a read that begins `recheckAt` or later will tell.
 */
export type SightingClass = 'stale' | 'same' | 'new' | 'recheck';

/** True when the state shown is certainly not older than the accepted one, by time alone. */
export function isFresh(abilities: Abilities, state: SideState, seen: Sighting): boolean {
  return seen.start - abilities.staleMs >= state.asOf;
}

/** When a read has to begin to be fresh. */
export function freshFrom(abilities: Abilities, state: SideState): number {
  return state.asOf + abilities.staleMs;
}

export function classify(
  guards: Guards,
  abilities: Abilities,
  state: SideState,
  seen: Sighting,
  /** All values shown are the ones held. */
  equal: boolean,
): SightingClass {
  const fresh = isFresh(abilities, state, seen) || !guards.freshness;
  if (abilities.order !== 'none' && seen.order !== null && state.order !== null) {
    // The side orders its own states: an older one says nothing, whenever it was read.
    if (seen.order < state.order) return guards.refuseStale ? 'stale' : 'new';
    if (seen.order > state.order) return 'new';
    if (equal) return 'same';
    return fresh ? 'new' : 'recheck';
  }
  // A record that is gone has no order to show: like a state without one, it is judged by time.
  if (equal && seen.tag === state.tag) return 'same';
  if (fresh) return 'new';
  return guards.refuseStale ? 'recheck' : 'new';
}
