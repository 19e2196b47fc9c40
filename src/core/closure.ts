import type { Plan } from './plan.js';

/**
 * Unit key → the keys that must be loaded with it, itself included: units it is held with, units of the same invariant, units that its
 * rules read and units whose rules read it. Most units stand alone. What says whether the record takes part is needed whatever was touched.
 */
export function closureOf(plan: Plan): ReadonlyMap<string, readonly string[]> {
  const parent = new Map(plan.units.map((unit) => [unit.key, unit.key]));
  const find = (key: string): string => {
    let root = key;
    for (let up = parent.get(root); up !== undefined && up !== root; up = parent.get(root)) root = up;
    return root;
  };
  const unite = (keys: Iterable<string>): void => {
    let first: string | undefined;
    for (const key of keys) {
      first ??= find(key);
      parent.set(find(key), first);
    }
  };
  for (const set of plan.holdSets) unite(set);
  for (const invariant of plan.invariants) unite(invariant.units);
  for (const [key, dependants] of plan.dependants) unite([key, ...dependants]);

  const members = new Map<string, string[]>();
  for (const unit of plan.units) {
    const root = find(unit.key);
    members.set(root, [...(members.get(root) ?? []), unit.key]);
  }
  const scopes = Object.values(plan.scope ?? {}).flatMap(({ units }) => units);
  return new Map(
    plan.units.map(({ key }) => [key, [...new Set([...(members.get(find(key)) ?? [key]), ...scopes])]]),
  );
}
