import { messageOf } from '../../common/errors.js';
import type { ItemException } from '../connector.js';
import type { Table } from './catalog.js';
import type { Queryable } from './pools.js';
import { errorNumber, errors } from './server-error.js';
import { rejected, type PlannedItem, type WriteGroup } from './write-plan.js';

/** Why a side will not take a value, by the server's number. Stable: the engine and people's filters go by it. */
const codes: Readonly<Record<number, string>> = {
  1406: 'value-too-long',
  1264: 'value-out-of-range',
  1690: 'value-out-of-range',
  1441: 'value-out-of-range',
  1048: 'value-required',
  1364: 'value-required',
  1216: 'reference-missing',
  1217: 'reference-missing',
  1451: 'reference-missing',
  1452: 'reference-missing',
  1062: 'value-not-unique',
  1586: 'value-not-unique',
  4025: 'check-failed',
  1265: 'value-invalid',
  1292: 'value-invalid',
  1366: 'value-invalid',
  1411: 'value-invalid',
  1525: 'value-invalid',
  1906: 'field-read-only',
  1348: 'field-read-only',
  1369: 'refused-by-view-check',
  1118: 'value-too-large',
  1153: 'value-too-large',
  1301: 'value-too-large',
  1644: 'refused-by-trigger',
  1442: 'refused-by-trigger',
};

/** The side refuses the values of some row. Not: a missing object or grant, which would fail for every row. */
export function isRefusal(error: unknown): boolean {
  const number = errorNumber(error);
  if (number === undefined) return false;
  const { sqlState = '' } = error as { sqlState?: string };
  return codes[number] !== undefined || /^(22|23|45)/.test(sqlState);
}

export function refusalCode(error: unknown): string {
  const { sqlState = '' } = error as { sqlState?: string };
  // Characters that the column's character set lacks.
  if (errorNumber(error) === 1366 && messageOf(error).includes('Incorrect string value'))
    return 'value-unstorable';
  return (
    codes[errorNumber(error) ?? 0] ??
    (sqlState.startsWith('45')
      ? 'refused-by-trigger'
      : sqlState.startsWith('23')
        ? 'constraint-failed'
        : 'value-invalid')
  );
}

export async function refusal(
  db: Queryable,
  table: Table,
  group: WriteGroup,
  { index }: PlannedItem,
  error: unknown,
): Promise<ItemException> {
  const detail = messageOf(error).slice(0, 2000);
  if (group.op === 'create' && errorNumber(error) === errors.duplicate)
    return { index, kind: 'duplicate', detail };
  const named = await namedColumns(db, table, detail);
  const only = group.set.length === 1 ? group.set.map(({ name }) => name) : [];
  return rejected(index, refusalCode(error), detail, named.length > 0 ? named : only);
}

/** The server says it in words only. */
async function namedColumns(db: Queryable, table: Table, detail: string): Promise<readonly string[]> {
  const duplicate = /^Duplicate entry .* for key '(?:.*\.)?([^'.]+)'$/s.exec(detail)?.[1];
  if (duplicate !== undefined) {
    const rows = await db.rows(
      `select column_name from information_schema.statistics where table_schema = ? and table_name = ? and index_name = ? order by seq_in_index`,
      [table.database, table.name, duplicate],
    );
    return rows.flatMap(([name]) => name ?? []);
  }
  const foreign = /FOREIGN KEY \(([^)]*)\)/.exec(detail)?.[1];
  const names =
    foreign === undefined
      ? [
          /(?:column|Column|Field) (?:`[^`]*`\.`[^`]*`\.)?[`']([^`']+)[`']/.exec(detail)?.[1],
          /^CONSTRAINT `([^`]+)` failed/.exec(detail)?.[1]?.split('.').at(-1),
        ]
      : [...foreign.matchAll(/`([^`]+)`/g)].map(([, name]) => name);
  return names.flatMap((name) => (name !== undefined && table.columns.has(name) ? [name] : []));
}
