import type { Side } from '../../core/clock.js';
import type { Plan, UnitPlan } from '../../core/plan.js';
import { idIn } from '../../core/reference.js';
import type { Raw } from '../../core/value.js';
import { RECORD } from '../hub/store.js';
import type { Action } from './action.js';
import type { Targets } from './targets.js';
import type { Stage } from './stage.js';

/** The plan as somebody has it who knows what every id stands for: a reference is the name of what it points to. */
export function trulyBound(plan: Plan, targets: Targets | null): Plan {
  if (targets === null) return plan;
  const lens: Pick<UnitPlan, 'get' | 'put'> = {
    get: (side, raw) => {
      const id = idIn(raw);
      return id === null ? null : (targets.nameOf(side, id) ?? `nothing (${id})`);
    },
    put: (side, value) => (value === null ? null : targets.idOf(side, value as string)),
  };
  const units = plan.units.map((unit) => (unit.reference === undefined ? unit : { ...unit, ...lens }));
  return { ...plan, units, unit: new Map(units.map((unit) => [unit.key, unit])) };
}

/** Somebody deletes what can be pointed to, or gives it another id; where the side insists, references to it follow or forbid it. */
export function changeTarget(world: Stage, { side, pick, what }: Extract<Action, { do: 'target' }>): void {
  const { targets, setup } = world;
  if (targets === null) return;
  const keys = setup.sides[side].keys === true;
  if (what === 'remove') {
    const columns = pointing(world, side);
    targets.remove(side, pick, world.now, (id) => !keys || !Object.values(columns).includes(id));
    return;
  }
  const moved = targets.move(side, pick, world.now);
  if (moved === null || !keys) return;
  const [from, to] = moved;
  const following = Object.entries(pointing(world, side)).filter(([, id]) => id === from);
  if (following.length === 0) return;
  world.systems[side].edit(RECORD, Object.fromEntries(following.map(([name]) => [name, to])), world.now);
  world.network.hints[side]++;
}

/** Reference columns of the record on a side. */
function pointing({ systems, plan }: Stage, side: Side): Readonly<Record<string, Raw>> {
  const standing = systems[side].standing(RECORD);
  if (standing?.alive !== true) return {};
  const columns = plan.units.flatMap(({ reference, members }) =>
    reference === undefined ? [] : members.flatMap((member) => member[side] ?? []),
  );
  return Object.fromEntries(columns.map((name) => [name, standing.values[name] ?? null]));
}
