import type { SchemaDrift } from '../connector.js';
import { ConnectorError } from '../errors.js';
import { findTable, type Column, type Table } from './catalog.js';
import type { Queryable } from './pools.js';

/** Compares by name, for the catalogue has nothing else: a rename looks like a column that went and another that came. */
export async function schemaDrift(
  db: Queryable,
  table: Table,
  columns: readonly Column[],
  absent: readonly string[],
): Promise<SchemaDrift | null> {
  const now = await findTable(db, table.database, table.name);
  if (now === null) throw new ConnectorError('object-unknown', `${table.object} was dropped or renamed`);
  if (now.schema.fingerprint === table.schema.fingerprint) return null;
  const fields: Record<string, string> = {};
  for (const was of columns) {
    const is = now.columns.get(was.name);
    if (is === undefined) {
      const came = [...now.columns.keys()].filter((name) => !table.columns.has(name));
      fields[was.name] =
        `The column "${was.name}" was dropped or renamed${came.length === 0 ? '' : `; new are: ${came.join(', ')}`}`;
      continue;
    }
    const changes = changesOf(was, is);
    if (changes.length > 0) fields[was.name] = `The column "${was.name}" ${changes.join(', and ')}`;
  }
  for (const name of absent) if (now.columns.has(name)) fields[name] = `The column "${name}" is there again`;
  if (now.schema.key.join('\n') !== table.schema.key.join('\n'))
    for (const { name } of table.key)
      fields[name] ??= `The key of ${table.object} is now ${now.schema.key.join(', ') || 'missing'}`;
  return { schema: now.schema, fields, renamed: {} };
}

function changesOf(was: Column, is: Column): readonly string[] {
  const changes: string[] = [];
  if (was.native !== is.native) changes.push(`was ${was.native} and is ${is.native}`);
  if (was.row.collation !== is.row.collation)
    changes.push(`compares text by ${String(is.row.collation)} instead of ${String(was.row.collation)}`);
  if (was.notNull !== is.notNull)
    changes.push(is.notNull ? 'must not be empty any more' : 'may be empty now');
  if (was.generated !== is.generated)
    changes.push(is.generated ? 'is computed now' : 'is not computed any more');
  return changes;
}
