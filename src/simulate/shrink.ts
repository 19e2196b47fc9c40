import type { Side } from '../core/clock.js';
import type { History } from './run.js';
import type { SideSetup } from './scenario/setup.js';

/** Plain values of everything about a side that a failure may not need. */
const PLAIN: Partial<SideSetup> = {
  form: 'plain',
  insists: null,
  trigger: false,
  refuses: false,
  staleMs: 0,
  skewMs: 0,
  idempotent: false,
  keys: false,
};

/**
 * Takes away from a failing history whatever it fails without: steps, fields, faults of the sides. `fails` plays a history and tells
 * whether it still shows the same failure.
 */
export function shrink(history: History, fails: (history: History) => boolean): History {
  let best = fewerActions(history, fails);
  for (const key of best.setup.units) {
    const units = best.setup.units.filter((one) => one !== key);
    const holdTogether = best.setup.holdTogether.filter((one) => one !== key);
    if (units.length > 0)
      best = orElse(best, { ...best, setup: { ...best.setup, units, holdTogether } }, fails);
  }
  for (const side of ['A', 'B'] as const satisfies readonly Side[]) {
    for (const [name, value] of Object.entries(PLAIN)) {
      const sides = { ...best.setup.sides, [side]: { ...best.setup.sides[side], [name]: value } };
      best = orElse(best, { ...best, setup: { ...best.setup, sides } }, fails);
    }
  }
  return fewerActions(best, fails);
}

function fewerActions(history: History, fails: (history: History) => boolean): History {
  let { actions } = history;
  for (let size = Math.ceil(actions.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let i = 0; i + size <= actions.length;) {
      const fewer = [...actions.slice(0, i), ...actions.slice(i + size)];
      if (fails({ ...history, actions: fewer })) actions = fewer;
      else i += size;
    }
  }
  return { ...history, actions };
}

function orElse(best: History, simpler: History, fails: (history: History) => boolean): History {
  return fails(simpler) ? simpler : best;
}
