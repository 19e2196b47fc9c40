import type { Stamp } from '../stamp.js';
import type { Abilities } from './abilities.js';
import type { SideState } from './side-state.js';
import type { Sighting } from './sighting.js';

/**
 * When an edit that a read shows was made, in hub time (semantics §5). A record's stamp is only an upper bound for one of its fields;
 * the lower bound is when the value before it was last known to stand.
 */
export function stampOfSighting(abilities: Abilities, state: SideState, seen: Sighting): Stamp | null {
  const { clock, granuleMs } = abilities;
  const { modifiedAt } = seen;
  const hi =
    modifiedAt === null
      ? seen.end
      : Math.min(modifiedAt - clock.offsetMs + granuleMs + clock.errorMs, seen.end);
  // The last change that was known then is older than this one, on the side's own clock.
  const lo =
    modifiedAt === null || state.modifiedAt === null
      ? state.currentAt
      : Math.max(state.currentAt, state.modifiedAt - clock.offsetMs - clock.errorMs);
  return [Math.min(lo, hi), hi];
}

/** A change that the side itself dates. */
export function stampOfChange({ clock, granuleMs }: Abilities, stamp: number): Stamp {
  const at = stamp - clock.offsetMs;
  return [at - clock.errorMs, at + granuleMs + clock.errorMs];
}
