import type { Side } from '../../core/clock.js';
import { MOST_AHEAD_MS } from '../../core/stamp.js';
import type { Raw } from '../../core/value.js';
import { RECORD } from '../hub/store.js';
import { MARK_COLUMN, MARKED, STANDS } from '../scenario/marks.js';
import type { Action } from './action.js';
import { columnsFor, mergeOf } from './people.js';
import type { Stage } from './stage.js';

/** Who changes very many records at once. */
export const BULK = { kind: 'import', name: 'a migration' } as const;

/** Further than any clock is off. */
const FAR_AHEAD_MS = 2 * MOST_AHEAD_MS;

/** Somebody edits one or two fields of the record on a side. */
export function editField(
  world: Stage,
  { side, unit, kind, also, odd }: Extract<Action, { do: 'edit' }>,
): void {
  // A row that is marked as deleted can be edited like any other.
  if (world.systems[side].standing(RECORD)?.alive !== true) return;
  world.now += 2;
  const plans = also ? new Set([world.unit(unit), world.unit(unit + 1)]) : [world.unit(unit)];
  const values: Record<string, Raw> = {};
  for (const plan of plans) {
    if (plan.members.every((member) => member[side] === null)) continue;
    const standing = { A: world.value('A', plan), B: world.value('B', plan) };
    columnsFor(plan, side, world.people.type(world.now, plan, side, kind, standing), values);
  }
  const author = odd === 'bulk' ? BULK : (world.habits?.author(kind) ?? null);
  // What orders states by their stamp has nothing to go by once one is wrong.
  const ahead = odd === 'ahead' && world.hub.sides[side].abilities.order === 'counter' ? FAR_AHEAD_MS : 0;
  world.systems[side].edit(RECORD, values, world.now, author, ahead);
  world.network.hints[side]++;
}

/** Somebody deletes the record, or makes it again; where rows are deleted by a mark, mostly by that. */
export function changeLife(world: Stage, side: Side, how = 0): void {
  const isThere = world.systems[side].standing(RECORD)?.alive === true;
  if (isThere && world.setup.sides[side].archives === true && how % 8 !== 7) {
    changeMark(world, side, how);
  } else if (isThere) {
    world.systems[side].remove(RECORD, world.now);
  } else if (!world.hub.store.ended) {
    const values: Record<string, Raw> = {};
    for (const plan of world.plan.units) {
      const standing = { A: world.value('A', plan), B: world.value('B', plan) };
      const typed =
        mergeOf(plan) === null ? world.people.type(world.now, plan, side, 5, standing) : standing[side];
      columnsFor(plan, side, typed, values);
    }
    if (world.setup.sides[side].archives === true)
      values[MARK_COLUMN] = how % 5 === 0 ? MARKED[1] : oneOf(STANDS, how);
    world.systems[side].insert(RECORD, values, world.now);
  }
  world.network.hints[side]++;
}

/** Mostly the mark is set, or taken back; now and then another one is set that says the same. A field may be edited in the same transaction. */
function changeMark(world: Stage, side: Side, how: number): void {
  const other = how % 4 === 3;
  const values: Record<string, Raw> = {
    [MARK_COLUMN]: oneOf(world.alive(side) === other ? STANDS : MARKED, how),
  };
  if (how % 3 === 0) {
    world.now += 2;
    const plan = world.unit(how);
    const standing = { A: world.value('A', plan), B: world.value('B', plan) };
    columnsFor(plan, side, world.people.type(world.now, plan, side, how % 12, standing), values);
  }
  world.systems[side].edit(RECORD, values, world.now);
}

function oneOf(values: readonly [string, string], n: number): string {
  return n % 2 === 0 ? values[0] : values[1];
}
