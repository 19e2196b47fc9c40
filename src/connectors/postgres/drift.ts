import type { SchemaDrift } from '../connector.js';
import { ConnectorError } from '../errors.js';
import { tableByOid, type Column, type Table } from './catalog.js';
import type { Queryable } from './pools.js';

/** Compares by the column's number in the catalogue: it stays through a rename, and a column that is dropped and made anew gets another. */
export async function schemaDrift(
  db: Queryable,
  table: Table,
  columns: readonly Column[],
  absent: readonly string[],
): Promise<SchemaDrift | null> {
  const now = await tableByOid(db, table.oid);
  if (now === null) throw new ConnectorError('object-unknown', `${table.object} was dropped`);
  if (now.schema.fingerprint === table.schema.fingerprint && now.object === table.object) return null;
  const fields: Record<string, string> = {};
  const renamed: Record<string, string> = {};
  const byNumber = new Map([...now.columns.values()].map((column) => [column.attnum, column]));
  for (const was of columns) {
    const is = byNumber.get(was.attnum);
    if (is === undefined) {
      fields[was.name] = now.columns.has(was.name)
        ? `The column "${was.name}" was dropped and a new one of that name was made`
        : `The column "${was.name}" was dropped`;
      continue;
    }
    if (is.name !== was.name) {
      fields[was.name] = `The column "${was.name}" is now called "${is.name}"`;
      renamed[was.name] = is.name;
    } else {
      const changes = changesOf(was, is);
      if (changes.length > 0) fields[was.name] = `The column "${was.name}" ${changes.join(', and ')}`;
    }
  }
  for (const name of absent) if (now.columns.has(name)) fields[name] = `The column "${name}" is there again`;
  const keyMoved =
    now.key.map(({ attnum }) => attnum).join() !== table.key.map(({ attnum }) => attnum).join();
  if (keyMoved)
    for (const { name } of table.key)
      fields[name] ??= `The key of ${table.object} is now ${now.schema.key.join(', ') || 'missing'}`;
  return { schema: now.schema, fields, renamed };
}

function changesOf(was: Column, is: Column): readonly string[] {
  const changes: string[] = [];
  if (was.native !== is.native || was.type.castTarget !== is.type.castTarget)
    changes.push(`was ${was.native} and is ${is.native}`);
  if (was.type.plainText !== is.type.plainText) changes.push('compares text by another collation');
  if (was.notNull !== is.notNull)
    changes.push(is.notNull ? 'must not be empty any more' : 'may be empty now');
  if (was.generated !== is.generated || was.identity !== is.identity)
    changes.push(is.generated ? 'is computed now' : 'is made differently now');
  if ((was.options ?? []).join('\n') !== (is.options ?? []).join('\n'))
    changes.push(`has other values to choose from: ${(is.options ?? []).join(', ')}`);
  return changes;
}
