import type { Plan } from '../../core/plan.js';
import type { Random } from '../random.js';
import type { Action } from '../world/action.js';
import type { Habits } from '../world/people.js';
import type { World } from '../world/world.js';
import type { Setup } from './setup.js';

/** What is simulated instead of the simulator's own units: a pipeline of somebody's. */
export interface Scenario {
  /** What one run starts from. */
  setup(random: Random): Setup;
  /** The plan of a setup. It follows the setup's units, so that a failing run can be cut down. */
  plan(setup: Setup): Plan;
  readonly habits: Habits;
  /** The next step, where it is not as in other simulations; `null`: any. */
  next(random: Random, world: World): Action | null;
}
