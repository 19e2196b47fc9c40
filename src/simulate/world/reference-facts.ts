import { SIDES } from '../../core/clock.js';
import { targetOf } from '../../core/reference.js';
import type { Canon } from '../../core/value.js';
import { RECORD } from '../hub/store.js';
import type { Told } from '../hub/told.js';
import type { PointedFacts, TargetFacts, ToldFacts, Value } from '../oracle/evidence.js';
import type { World } from './world.js';

/**
 * What the hub says of a reference, by the names of what it points to, as the systems' own records have them. A link of two records that
 * do not stand for the same is called by both names.
 */
export function nameIn({ plan, targets, hub }: World, unit: string): (value: Value) => Value {
  if (targets === null || plan.unit.get(unit)?.reference === undefined) return (value) => value;
  return (value) => {
    const target = targetOf(value as Canon);
    if (target === null) return value;
    if (target.kind === 'alone') return targets.nameOf(target.side, target.id) ?? value;
    const ids = hub.targets?.idsOf(target.link);
    const names = SIDES.flatMap((side) => targets.nameOf(side, ids?.[side] ?? '') ?? []);
    return [...new Set(names)].join(' and ');
  };
}

export function inNames(world: World, told: readonly Told[]): readonly ToldFacts[] {
  if (world.targets === null) return told;
  return (told as readonly ToldFacts[]).map((row) => {
    const name = nameIn(world, row.unit);
    return {
      ...row,
      ...(row.value !== undefined && {
        value: name(row.value),
        unlinked: targetOf(row.value as Canon)?.kind === 'alone',
      }),
      ...(row.over !== undefined && { over: row.over.map(name) }),
      ...(row.shown !== undefined && { shown: row.shown.map(name) }),
      ...(row.values !== undefined && {
        values: row.values.map(name),
        unlinked: row.values.every((value) => targetOf(value as Canon)?.kind === 'alone'),
      }),
    };
  });
}

export function targetFacts({ targets, hub }: World): readonly TargetFacts[] {
  if (targets === null || hub.targets === null) return [];
  const { goneAt, deleted } = hub.targets;
  return SIDES.flatMap((side) =>
    [...targets.systems[side].records.values()].map(({ id, now }): TargetFacts => {
      const mine = targets.systems[side].journal.filter((one) => one.record === id);
      const made = mine.find(({ op }) => op === 'insert');
      const gone = mine.find(({ op }) => op === 'delete');
      return {
        side,
        id,
        name: now.values.name,
        madeAt: made?.at ?? Infinity,
        goneAt: gone?.at ?? null,
        goneKnownAt: goneAt.get(`${side}:${id}`) ?? null,
        deletionDecidedAt: deleted.find((one) => one.side === side && one.id === id)?.decidedAt ?? null,
      };
    }),
  );
}

/** Ids that the hub wrote into references. */
export function pointedFacts({ systems, plan, network }: World): readonly PointedFacts[] {
  const units = plan.units.filter(({ reference }) => reference !== undefined);
  if (units.length === 0) return [];
  return SIDES.flatMap((side) =>
    systems[side].journal.flatMap(({ record, origin, op, at, after, request }, i, journal) =>
      units.flatMap(({ key, members }) => {
        const column = members[0]?.[side] ?? '';
        const id = after[column];
        if (record !== RECORD || origin !== 'hub' || typeof id !== 'string') return [];
        const asItWas = op === 'insert' && journal[i - 1]?.before[column] === id;
        return [{ side, unit: key, id, at, asItWas, sentAt: network.leftAt.get(request ?? '') ?? at }];
      }),
    ),
  );
}
