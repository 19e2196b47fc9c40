import type { Plan } from '../../src/core/plan.js';

/** The file of a pipeline names every field; a test says more of those that it is about. */
export function fieldsOf(plan: Plan, { fields }: { readonly fields?: object }): object {
  const members = plan.units.flatMap((unit) => unit.members.map(({ field }) => [field, {}] as const));
  const groups = plan.units.filter((unit) => unit.isGroup);
  return {
    fields: { ...Object.fromEntries(members), ...fields },
    groups: Object.fromEntries(
      groups.map((group) => [group.key, { fields: group.members.map(({ field }) => field) }]),
    ),
  };
}
