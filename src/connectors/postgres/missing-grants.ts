import { ConnectorError } from '../errors.js';
import type { Table } from './catalog.js';
import { quoteName } from './identifiers.js';
import type { Queryable } from './pools.js';
import type { WriteGroup } from './write-groups.js';

/**
 * Says which grants a refused write lacks, as the statement that an administrator can run. Rights may have been revoked while the
 * pipeline ran, so they are looked up when they are missed and not before.
 */
export async function missingGrants(
  db: Queryable,
  table: Table,
  groups: readonly WriteGroup[],
  refused: ConnectorError,
): Promise<ConnectorError> {
  const wanted = new Map<string, Set<string>>([['SELECT', new Set()]]);
  for (const { op, set, expect } of groups) {
    const right = op === 'update' ? 'UPDATE' : op === 'create' ? 'INSERT' : 'DELETE';
    const columns = wanted.get(right) ?? new Set();
    for (const { name } of op === 'create' ? [...table.key, ...set] : set) columns.add(name);
    wanted.set(right, columns);
    for (const { name } of [...table.key, ...expect]) wanted.get('SELECT')?.add(name);
  }
  const asked = [...wanted].flatMap(([right, columns]) =>
    columns.size === 0 ? [[right, '']] : [...columns].map((column) => [right, column]),
  );
  const { rows } = await db.query<{ right: string; account: string }>({
    text: `select a.what as right, current_user as account
      from unnest($2::text[], $3::text[]) a(what, name)
      where not case when a.name = '' then has_table_privilege($1::oid, a.what)
                     else has_column_privilege($1::oid, a.name, a.what) end group by a.what`,
    values: [table.oid, asked.map(([right]) => right), asked.map(([, column]) => column)],
  });
  const [first] = rows;
  if (first === undefined) return refused;
  const rights = rows.map(({ right }) => right).join(', ');
  const grant = `GRANT ${rights} ON ${table.qualified} TO ${quoteName(first.account)};`;
  return new ConnectorError(
    'permission-missing',
    `The account ${first.account} may not ${rights.toLowerCase()} in ${table.object}. An administrator can run: ${grant}`,
    { cause: refused, details: { grant, object: table.object } },
  );
}
