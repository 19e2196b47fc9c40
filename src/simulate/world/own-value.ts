import { LIFE, type Plan, type UnitPlan } from '../../core/plan.js';
import { linkedTarget } from '../../core/reference.js';
import type { Unit } from '../../core/unit.js';
import type { Canon } from '../../core/value.js';
import { mergeOf, type Habits, type People } from './people.js';

/** What somebody has before them who decides. */
export interface Desk {
  readonly hub: {
    units(): ReadonlyMap<string, Unit>;
    readonly targets?: { readonly standing: readonly number[] } | null;
  };
  readonly people: People;
  readonly plan: Plan;
  readonly habits?: Habits;
}

/** What somebody types who wants neither of the two. */
export function ownValue({ hub, people, plan, habits }: Desk, key: string): Canon {
  if (key === LIFE) return 'live';
  const unitPlan = plan.unit.get(key) as UnitPlan;
  if (unitPlan.reference !== undefined) {
    const standing = hub.targets?.standing ?? [];
    const link = standing[people.next() % Math.max(1, standing.length)];
    return link === undefined ? null : linkedTarget(link);
  }
  if (habits !== undefined) {
    const units = hub.units();
    return habits.decides(unitPlan, people.next(), (other) => {
      const unit = units.get(other);
      if (unit === undefined) return [];
      const decided = unit.decision === null ? [] : [unit.decision.value];
      return [unit.head.value, unit.A.value, unit.B.value, ...decided];
    });
  }
  switch (mergeOf(unitPlan)) {
    case 'set':
      return ['D'];
    case 'json':
      return { decided: people.fresh('D') };
    case 'counter':
    case 'max':
    case 'min':
      return '5';
    default: {
      if (unitPlan.type === 'integer') return key === 'low' ? '-99' : '999';
      const fresh = people.fresh('D');
      return unitPlan.isGroup ? { street: fresh, zip: fresh } : fresh;
    }
  }
}
