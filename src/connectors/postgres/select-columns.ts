import type { Author } from '../../core/unit.js';
import type { Raw } from '../../core/value.js';
import type { RecordState } from '../connector.js';
import { settingAuthor } from '../author.js';
import type { Column, Table } from './catalog.js';
import { idExpression, keyParts } from './record-id.js';

/** The text form as the pinned session gives it; a cast only where the wire says something else (`t` for `true`, padding). */
export function textOf(column: Column, row: string): string {
  return column.type.wireIsText ? `${row}.${column.quoted}` : `${row}.${column.quoted}::text`;
}

export interface StateColumns {
  readonly columns: readonly Column[];
  readonly updatedAt: Column | null;
  readonly actor: Column | null;
}

/** Select list that `stateOf` reads: id, stamp and actor where there are any, then the columns. */
export function stateList(table: Table, { columns, updatedAt, actor }: StateColumns, row: string): string {
  return [
    idExpression(table.key, row),
    updatedAt === null ? 'null' : `(date_part('epoch', ${row}.${updatedAt.quoted}) * 1000)`,
    actor === null ? 'null' : `${row}.${actor.quoted}::text`,
    ...columns.map((column) => textOf(column, row)),
  ].join(', ');
}

export const stateOffset = 3;

export function stateOf(row: readonly (string | null)[], names: readonly string[], offset = 0): RecordState {
  const values: Record<string, Raw> = {};
  for (let i = 0; i < names.length; i++) values[names[i] as string] = row[offset + stateOffset + i] ?? null;
  const stamp = row[offset + 1] ?? null;
  const actor = row[offset + 2] ?? null;
  const by: Author | null = actor === null || actor === '' ? null : settingAuthor(actor);
  return { id: row[offset] as string, values, modifiedAt: timeOf(stamp), by };
}

/** A row stamped `infinity` says nothing about when. */
function timeOf(stamp: string | null): number | null {
  const at = stamp === null ? Number.NaN : Number(stamp);
  return Number.isFinite(at) ? at : null;
}

/** `t.k = i.k1::type and …`: the key as the index has it; the item's parts come as text. */
export function keyMatch(table: Table, row: string, item: string): string {
  return table.key
    .map((column, i) => `${row}.${column.quoted} = ${item}.k${i + 1}::${column.type.castTarget}`)
    .join(' and ');
}

/** Ids as one array per key column; ids that cannot be ids of this table are left out, and `at` says which are in. */
export function keyArrays(
  table: Table,
  ids: readonly string[],
): { readonly arrays: string[][]; readonly at: number[] } {
  const arrays: string[][] = table.key.map(() => []);
  const at: number[] = [];
  ids.forEach((id, index) => {
    const parts = keyParts(id, table.key.length);
    if (parts === null || !fitsKey(table, parts)) return;
    at.push(index);
    parts.forEach((part, i) => arrays[i]?.push(part));
  });
  return { arrays, at };
}

const forms: Readonly<Record<string, RegExp>> = {
  integer: /^(?:0|-?[1-9]\d{0,18})$/,
  uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i,
};
const ranges: Readonly<Record<string, bigint>> = {
  '"pg_catalog"."int2"': 2n ** 15n,
  '"pg_catalog"."int4"': 2n ** 31n,
  '"pg_catalog"."int8"': 2n ** 63n,
};

/** One id that the key's type cannot even read would fail the statement for all the others. */
export function fitsKey(table: Table, parts: readonly string[]): boolean {
  for (let i = 0; i < table.key.length; i++) {
    if (!fits(table.key[i], parts[i] ?? '')) return false;
  }
  return true;
}

function fits(column: Column | undefined, part: string): boolean {
  if (column === undefined || part.includes('\0') || !part.isWellFormed()) return false;
  const form = forms[column.type.field ?? ''];
  if (form !== undefined && !form.test(part)) return false;
  const range = ranges[column.type.castTarget];
  if (range === undefined || part.length < 5) return true;
  const n = BigInt(part);
  return n >= -range && n < range;
}
