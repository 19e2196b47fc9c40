import { withDoubt, type Stamp } from '../stamp.js';
import type { ProtocolContext } from './context.js';
import type { SideState } from './side-state.js';
import type { Sighting } from './sighting.js';

/**
 * When an edit that a read shows was made, in hub time (semantics §5). A record's stamp is only an upper bound for one of its fields;
 * the lower bound is when the value before it was last known to stand.
 */
export function stampOfSighting(
  { abilities, guards }: Pick<ProtocolContext, 'abilities' | 'guards'>,
  state: SideState,
  seen: Sighting,
): Stamp {
  const { clock, granuleMs } = abilities;
  const { modifiedAt } = seen;
  const hi =
    modifiedAt === null
      ? seen.end
      : Math.min(modifiedAt - clock.offsetMs + granuleMs + clock.errorMs, seen.end);
  // The last change that was known then is older than this one, on the side's own clock; unless it is dated later than it was seen.
  const known = (state.modifiedAt ?? -Infinity) - clock.offsetMs - clock.errorMs;
  const lo =
    modifiedAt === null || (guards.doubtStamps && known > state.asOf)
      ? state.currentAt
      : Math.max(state.currentAt, known);
  const stamp: Stamp = [Math.min(lo, hi), hi];
  if (modifiedAt === null || !guards.doubtStamps) return stamp;
  return withDoubt(stamp, modifiedAt - clock.offsetMs - clock.errorMs, seen.end, false);
}

/** A change that the side itself dates. */
export function stampOfChange(
  { abilities: { clock, granuleMs }, guards }: Pick<ProtocolContext, 'abilities' | 'guards'>,
  stamp: number,
  now: number,
): Stamp {
  const at = stamp - clock.offsetMs;
  const interval: Stamp = [at - clock.errorMs, at + granuleMs + clock.errorMs];
  return guards.doubtStamps ? withDoubt(interval, interval[0], now, false) : interval;
}
