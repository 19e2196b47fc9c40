import type { Violation } from '../oracle/evidence.js';
import { replay, runSeed, type History } from '../run.js';
import { shrink } from '../shrink.js';
import type { Action } from '../world/action.js';
import type { PipelineScenario } from './pipeline-scenario.js';
import { tell, type Step } from './tell.js';

/** A run in which something went wrong, in as few steps as show it. */
export interface Story {
  readonly seed: number;
  readonly steps: readonly Step[];
  readonly violations: readonly Violation[];
  /** Steps of the run as it was found. */
  readonly cutFrom: number;
  /** Plain data that plays it again. */
  readonly history: History;
}

/** Finds the run again by its seed, takes away whatever it breaks the promise without, and tells the rest. */
export function smallestStory(scenario: PipelineScenario, seed: number, property: string): Story {
  const { history } = runSeed(seed, { scenario });
  const breaks = (one: History): boolean =>
    replay(one, { scenario }).violations.some((violation) => violation.property === property);
  const small = breaks(history) ? shrink(fewerFields(history, breaks), breaks) : history;
  const { violations } = replay(small, { scenario });
  return {
    seed,
    steps: tell(small, scenario),
    violations: violations.filter((violation) => violation.property === property),
    cutFrom: history.actions.length,
    history: small,
  };
}

/** Takes fields away and keeps every other step at the field that it was at. */
function fewerFields(history: History, breaks: (history: History) => boolean): History {
  let best = history;
  for (const key of history.setup.units) {
    const { setup, actions } = best;
    const units = setup.units.filter((one) => one !== key);
    if (units.length === 0) break;
    const moved = actions.flatMap((action) => without(action, setup.units, units));
    const fewer = { ...best, setup: { ...setup, units }, actions: moved };
    if (breaks(fewer)) best = fewer;
  }
  return best;
}

function without(action: Action, before: readonly string[], after: readonly string[]): readonly Action[] {
  if (action.do !== 'edit' && action.do !== 'undo' && action.do !== 'policy') return [action];
  const place = (unit: number): number => after.indexOf(before[unit % before.length] ?? '');
  const unit = place(action.unit);
  if (action.do !== 'edit') return unit < 0 ? [] : [{ ...action, unit }];
  // Two fields in one transaction stay so only where they are neighbours still.
  const second = action.also ? place(action.unit + 1) : -1;
  if (unit < 0) return second < 0 ? [] : [{ ...action, unit: second, also: false }];
  return [{ ...action, unit, also: second === (unit + 1) % after.length }];
}
