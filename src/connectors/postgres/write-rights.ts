import type { ItemException } from '../connector.js';
import type { Table } from './catalog.js';
import { quoteName } from './identifiers.js';
import type { Queryable } from './pools.js';
import { rejected, type WriteGroup } from './write-groups.js';

export interface Permitted {
  readonly groups: readonly WriteGroup[];
  readonly refused: readonly ItemException[];
}

/**
 * A batch was refused for want of a right: the updates of columns that the account may not write or compare are refused one by one, with
 * the grant that is missing, and the rest can go on. `null`: it may update nothing at all, or what is missing is another right.
 */
export async function permittedUpdates(
  db: Queryable,
  table: Table,
  groups: readonly WriteGroup[],
): Promise<Permitted | null> {
  const updates = groups.filter(({ op }) => op === 'update');
  const written = namesOf(updates.map(({ set }) => set));
  const missing = await missingRights(db, table, written, namesOf(updates.map(({ expect }) => expect)));
  if (missing.size === 0) return null;
  const kept: WriteGroup[] = [];
  const refused: ItemException[] = [];
  for (const group of groups) {
    const lacking = [...group.set, ...group.expect]
      .map(({ name }) => name)
      .filter((name) => missing.has(name));
    if (group.op !== 'update' || lacking.length === 0) {
      kept.push(group);
      continue;
    }
    const columns = [...new Set(lacking)];
    const detail = columns.map((name) => missing.get(name)).join(' ');
    for (const { index } of group.items) refused.push(rejected(index, 'permission-missing', detail, columns));
  }
  return { groups: kept, refused };
}

/** Of these columns, those that the account may not update. */
export async function unwritableColumns(
  db: Queryable,
  table: Table,
  names: readonly string[],
): Promise<readonly string[]> {
  const { rows } = await db.query<{ name: string }>({
    text: `select a.attname as name from pg_attribute a
      where a.attrelid = $1 and a.attname = any($2::text[]) and not a.attisdropped and not has_column_privilege($1::oid, a.attnum, 'UPDATE')`,
    values: [table.oid, names],
  });
  return rows.map(({ name }) => name);
}

/** Column → what cannot be done with it, and the grant. Empty where the account may update nothing: then no column is at fault. */
async function missingRights(
  db: Queryable,
  table: Table,
  written: readonly string[],
  compared: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await db.query<{ name: string; right: string; account: string }>({
    text: `select w.name, w.what as right, current_user as account
      from (select name, 'UPDATE' as what from unnest($2::text[]) name union all select name, 'SELECT' from unnest($3::text[]) name) w
      where has_any_column_privilege($1::oid, 'UPDATE') and not has_column_privilege($1::oid, w.name, w.what)`,
    values: [table.oid, written, compared],
  });
  return new Map(
    rows.map(({ name, right, account }) => [
      name,
      `The account ${account} may not ${right.toLowerCase()} ${name} in ${table.object}. An administrator can run: GRANT ${right} (${quoteName(name)}) ON ${table.qualified} TO ${quoteName(account)};`,
    ]),
  );
}

function namesOf(columns: readonly (readonly { readonly name: string }[])[]): readonly string[] {
  return [...new Set(columns.flat().map(({ name }) => name))];
}
