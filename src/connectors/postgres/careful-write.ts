import type pg from 'pg';
import type { ItemException } from '../connector.js';
import { arrayLiteral } from './array-literal.js';
import type { GroupRunner } from './group-runner.js';
import { refusal } from './refusal.js';
import { keyMatch } from './select-columns.js';
import { isRefusal } from './server-error.js';
import type { PlannedItem, WriteGroup } from './write-groups.js';
import type { WriteScope } from './write-sql.js';

/**
 * The way for a batch that was refused as a whole: rows that another transaction holds are left out and reported as they stand;
 * the rest is halved, each part under a savepoint, until every refused item stands alone. The caller has gone back to the
 * savepoint of the batch and made deferred constraints immediate.
 */
export async function applyCarefully(
  client: pg.PoolClient,
  scope: WriteScope,
  runner: GroupRunner,
  groups: readonly WriteGroup[],
): Promise<ItemException[]> {
  const exceptions: ItemException[] = [];
  for (const group of groups) {
    const items =
      group.op === 'create' ? group.items : await withoutHeld(client, scope, runner, group.items, exceptions);
    await halve(group, items);
  }
  return exceptions;

  async function halve(group: WriteGroup, items: readonly PlannedItem[]): Promise<void> {
    const [first] = items;
    if (first === undefined) return;
    await client.query('savepoint part');
    try {
      const found = await runner.run(client, group, items);
      await client.query('release savepoint part');
      exceptions.push(...found);
      return;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      await client.query('rollback to savepoint part; release savepoint part');
      if (items.length === 1) {
        const suspects = await suspectColumns(client, runner, group, first, error);
        exceptions.push(await refusal(client, scope.table, first.index, error, suspects));
        return;
      }
    }
    const middle = items.length >> 1;
    await halve(group, items.slice(0, middle));
    await halve(group, items.slice(middle));
  }
}

/** Someone may hold a row for an hour; the others are not to wait for it. */
async function withoutHeld(
  client: pg.PoolClient,
  scope: WriteScope,
  runner: GroupRunner,
  items: readonly PlannedItem[],
  exceptions: ItemException[],
): Promise<readonly PlannedItem[]> {
  const { table } = scope;
  if (table.rowSecurity || table.kind !== 'r') return items;
  const names = table.key.map((_, i) => `k${i + 1}`);
  const source = `unnest(${names.map((_, i) => `$${i + 1}::text[]`).join(', ')}) with ordinality i(${names.join(', ')}, n)`;
  const text = `with free as materialized (select i.n from ${source} join ${table.qualified} t on ${keyMatch(table, 't', 'i')} for no key update of t skip locked)
    select i.n::text from ${source} join ${table.qualified} t on ${keyMatch(table, 't', 'i')} where i.n not in (select n from free)`;
  const values = table.key.map((_, k) => arrayLiteral(items.map(({ key }) => key[k] ?? null)));
  const { rows } = await client.query<string[]>({ text, values, rowMode: 'array' });
  if (rows.length === 0) return items;
  const held = new Set(rows.map(([n]) => Number(n) - 1));
  const heldItems = items.filter((_, i) => held.has(i));
  const standing = await runner.standing(client, heldItems, false);
  for (const { index } of heldItems)
    exceptions.push({ index, kind: 'missed', current: standing.get(index) ?? {} });
  return items.filter((_, i) => !held.has(i));
}

/** Which values are at fault, where the server does not say: those that are refused when they are written alone. */
async function suspectColumns(
  client: pg.PoolClient,
  runner: GroupRunner,
  group: WriteGroup,
  planned: PlannedItem,
  error: pg.DatabaseError,
): Promise<readonly string[]> {
  const names = group.set.map(({ name }) => name);
  if (
    names.length <= 1 ||
    group.op !== 'update' ||
    error.column !== undefined ||
    error.constraint !== undefined
  )
    return names.length <= 1 ? names : [];
  const found: string[] = [];
  for (const column of group.set) {
    const { item } = planned;
    if (item.op !== 'update') continue;
    const alone = { ...planned, item: { ...item, set: { [column.name]: item.set[column.name] ?? null } } };
    await client.query('savepoint alone');
    try {
      await runner.run(client, { ...group, set: [column], items: [alone] }, [alone]);
    } catch (reason) {
      if (!isRefusal(reason)) throw reason;
      found.push(column.name);
    }
    await client.query('rollback to savepoint alone; release savepoint alone');
  }
  return found;
}
