import type { Side } from '../../core/clock.js';
import type { Plan, UnitPlan } from '../../core/plan.js';
import type { Canon } from '../../core/value.js';
import type { Reading, WriteAnswer } from '../../connectors/memory/exchange.js';
import type { MemorySystem } from '../../connectors/memory/system.js';
import type { Hub } from '../hub/hub.js';
import type { Click } from '../hub/review.js';
import type { Setup } from '../scenario/setup.js';
import type { Network } from './network.js';
import type { Habits, People } from './people.js';
import type { Targets } from './targets.js';

/** A message that has had its effect; coming again it must have none. */
export type Delivered =
  | { readonly what: 'sighting'; readonly side: Side; readonly reading: Reading; readonly start: number }
  | {
      readonly what: 'answer';
      readonly side: Side;
      readonly id: string;
      readonly answer: WriteAnswer | 'fenced';
      readonly start: number;
    }
  | { readonly what: 'click'; readonly click: Click };

/** What the deeds of people, and accidents, find of the world and change in it. */
export interface Stage {
  readonly setup: Setup;
  readonly plan: Plan;
  readonly systems: Readonly<Record<Side, MemorySystem>>;
  readonly network: Network;
  readonly people: People;
  readonly habits?: Habits;
  readonly hub: Hub;
  readonly delivered: Delivered[];
  /** What references point to; `null`: there are none. */
  readonly targets: Targets | null;
  now: number;
  alive(side: Side): boolean;
  isLog(side: Side): boolean;
  settle(side: Side): void;
  unit(n: number): UnitPlan;
  value(side: Side, unit: UnitPlan): Canon;
}
