import { rawOf } from '../at-rest.js';
import type { Side } from '../clock.js';
import type { Plan } from '../plan.js';
import { image, type Unit } from '../unit.js';
import type { Raw } from '../value.js';

/** The units that some columns belong to, each with its whole raw: members of a group that were not shown are as they are held. */
export function unitRaws(
  plan: Plan,
  side: Side,
  units: ReadonlyMap<string, Unit>,
  values: Readonly<Record<string, Raw>>,
): Map<string, Raw> {
  const raws = new Map<string, Raw>();
  const { column } = plan.sides[side];
  for (const name in values) {
    const use = column.get(name);
    if (use === undefined) continue;
    const unitPlan = plan.unit.get(use.unit);
    const unit = units.get(use.unit);
    if (unitPlan === undefined || unit === undefined) continue;
    const value = values[name] as Raw;
    if (!unitPlan.isGroup) {
      raws.set(use.unit, value);
      continue;
    }
    const members = raws.get(use.unit) ?? rawOf(unitPlan, side, image(unit, side));
    raws.set(use.unit, { ...(members as Readonly<Record<string, Raw>>), [use.field]: value });
  }
  return raws;
}

/** The columns that a unit's raw is spread over on a side. */
export function columnsOf(plan: Plan, side: Side, unit: string, raw: Raw, into: Record<string, Raw>): void {
  const unitPlan = plan.unit.get(unit);
  for (const member of unitPlan?.members ?? []) {
    const column = member[side];
    if (column === null) continue;
    into[column] =
      unitPlan?.isGroup === true
        ? ((raw as Readonly<Record<string, Raw>> | null)?.[member.field] ?? null)
        : raw;
  }
}
