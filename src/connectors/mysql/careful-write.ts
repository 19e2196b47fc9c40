import type { ItemException } from '../connector.js';
import type { GroupRunner, WriteScope } from './group-runner.js';
import type { Session } from './pools.js';
import { isRefusal, refusal } from './refusal.js';
import type { PlannedItem, WriteGroup } from './write-plan.js';

/**
 * The way for a batch that was refused as a whole: rows that another transaction holds are left out and reported as they stand;
 * the rest is halved, each part under a savepoint, until every refused item stands alone. The caller has gone back to the
 * savepoint of the batch.
 */
export async function applyCarefully(
  db: Session,
  scope: WriteScope,
  runner: GroupRunner,
  groups: readonly WriteGroup[],
): Promise<ItemException[]> {
  const exceptions: ItemException[] = [];
  for (const group of groups) {
    const items = group.op === 'create' ? group.items : await withoutHeld(group.items);
    await halve(group, items);
  }
  return exceptions;

  /** Someone may hold a row for an hour; the others are not to wait for it. */
  async function withoutHeld(items: readonly PlannedItem[]): Promise<readonly PlannedItem[]> {
    const free = await runner.standing(db, items, ' for update skip locked');
    const busy = items.filter(({ index }) => !free.has(index));
    if (busy.length === 0) return items;
    const standing = await runner.standing(db, busy, '');
    const held = new Set<number>();
    for (const { index } of busy) {
      const current = standing.get(index);
      if (current === undefined) continue;
      held.add(index);
      exceptions.push({ index, kind: 'missed', current });
    }
    return items.filter(({ index }) => !held.has(index));
  }

  async function halve(group: WriteGroup, items: readonly PlannedItem[]): Promise<void> {
    const [first] = items;
    if (first === undefined) return;
    await db.run('savepoint part');
    try {
      const found = await runner.run(db, group, items);
      await db.run('release savepoint part');
      exceptions.push(...found);
      return;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      await db.run('rollback to savepoint part');
      if (items.length === 1) {
        exceptions.push(await refusal(db, scope.table, group, first, error));
        return;
      }
    }
    const middle = items.length >> 1;
    await halve(group, items.slice(0, middle));
    await halve(group, items.slice(middle));
  }
}
