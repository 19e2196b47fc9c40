import type { Side } from '../clock.js';
import { LIFE, type Plan } from '../plan.js';
import type { Unit } from '../unit.js';
import type { Abilities } from './abilities.js';
import { ALL_GUARDS, type Guards } from './guards.js';
import type { Note } from './note.js';

/** One record and one side of it while something that came from there is worked in. `units` and `notes` are written to. */
export interface ProtocolContext {
  readonly plan: Plan;
  readonly side: Side;
  readonly abilities: Abilities;
  readonly units: Map<string, Unit>;
  /** The unit of the record's existence as long as nothing was said about it. */
  readonly live: Unit;
  /** Hub time at which a unit's head was authored; confirmation needs it. */
  readonly headAt: (unit: string) => number;
  readonly notes: Note[];
  readonly guards: Guards;
}

export function lifeIn(context: ProtocolContext): Unit {
  return context.units.get(LIFE) ?? context.live;
}

/** A context to work with; guards are all on unless a simulation says otherwise. */
export function protocolContext({
  plan,
  side,
  abilities,
  units,
  live,
  headAt,
  guards,
}: Omit<ProtocolContext, 'notes' | 'guards'> & { readonly guards?: Guards }): ProtocolContext {
  return { plan, side, abilities, units, live, headAt, notes: [], guards: guards ?? ALL_GUARDS };
}
