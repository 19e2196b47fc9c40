import type { Side } from '../../core/clock.js';
import type { Abilities } from '../../core/protocol/abilities.js';
import type { Store } from './store.js';

/** A write whose end is not known yet. */
export interface OpenAttempt {
  readonly id: string;
  readonly state: 'sent' | 'unknown';
}

/** Id of a write whose end a side can be asked for. */
export function toSettle(store: Store, { tier }: Abilities, side: Side): string | null {
  const lane = store.lane(side);
  if (lane !== undefined) return lane.attempt?.state === 'unknown' ? lane.attempt.id : null;
  const attempt = store.read(side)?.attempt;
  return tier === 'T0' && attempt?.state === 'unknown' ? attempt.id : null;
}

export function openAttempt(store: Store, side: Side): OpenAttempt | null {
  const attempt = store.lane(side)?.attempt ?? store.read(side)?.attempt ?? null;
  return attempt === null || attempt.state === 'acked' || attempt.state === 'dead'
    ? null
    : { id: attempt.id, state: attempt.state };
}
