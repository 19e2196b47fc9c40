import type { ItemException } from '../connector.js';
import { ConnectorError } from '../errors.js';
import { findTable, type Table } from './catalog.js';
import type { Queryable } from './pools.js';
import { accountText } from './system-info.js';
import { rejected, type WriteGroup } from './write-plan.js';

export interface Permitted {
  readonly groups: readonly WriteGroup[];
  readonly refused: readonly ItemException[];
}

/** Of these columns, those that the account may not update. */
export async function unwritableColumns(
  db: Queryable,
  table: Table,
  names: readonly string[],
): Promise<readonly string[]> {
  const now = (await findTable(db, table.database, table.name)) ?? table;
  return names.filter((name) => now.columns.get(name)?.updatable === false);
}

/**
 * A batch was refused for want of a right: the updates of columns that the account may not write are refused one by one, with the grant that
 * is missing, and the rest can go on. `null`: it may update nothing at all, or what is missing is another right.
 */
export async function permittedUpdates(
  db: Queryable,
  table: Table,
  groups: readonly WriteGroup[],
): Promise<Permitted | null> {
  const now = await findTable(db, table.database, table.name);
  if (now === null || ![...now.columns.values()].some(({ updatable }) => updatable)) return null;
  const account = accountText((await db.rows('select current_user()'))[0]?.[0] ?? '');
  const kept: WriteGroup[] = [];
  const refused: ItemException[] = [];
  for (const group of groups) {
    const lacking = group.set.filter(({ name }) => now.columns.get(name)?.updatable === false);
    if (group.op !== 'update' || lacking.length === 0) {
      kept.push(group);
      continue;
    }
    const detail = lacking
      .map(
        ({ name, quoted }) =>
          `The account ${account} may not update ${name} in ${table.object}. An administrator can run: GRANT UPDATE (${quoted}) ON ${table.qualified} TO ${account};`,
      )
      .join(' ');
    const columns = lacking.map(({ name }) => name);
    for (const { index } of group.items) refused.push(rejected(index, 'permission-missing', detail, columns));
  }
  return refused.length === 0 ? null : { groups: kept, refused };
}

/** Says which grants a refused write lacks, as the statement that an administrator can run. */
export async function missingGrants(
  db: Queryable,
  table: Table,
  groups: readonly WriteGroup[],
  refused: ConnectorError,
): Promise<ConnectorError> {
  const account = accountText((await db.rows('select current_user()'))[0]?.[0] ?? '');
  const wanted = new Set(
    groups.map(({ op }) => (op === 'update' ? 'UPDATE' : op === 'create' ? 'INSERT' : 'DELETE')),
  );
  const grant = `GRANT SELECT, ${[...wanted].join(', ')} ON ${table.qualified} TO ${account};`;
  return new ConnectorError('permission-missing', `${refused.message}. An administrator can run: ${grant}`, {
    cause: refused,
    details: { grant, object: table.object },
  });
}
