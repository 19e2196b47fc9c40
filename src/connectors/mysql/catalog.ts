import { createHash } from 'node:crypto';
import type { FieldSchema, ObjectSchema } from '../connector.js';
import { columnType, type ColumnType, type TypeRow } from './column-type.js';
import { quoteName } from './identifiers.js';
import type { Queryable, Row } from './pools.js';

export interface Column {
  readonly name: string;
  readonly quoted: string;
  readonly type: ColumnType;
  readonly row: TypeRow;
  readonly native: string;
  readonly notNull: boolean;
  readonly generated: boolean;
  readonly autoIncrement: boolean;
  /** Expression of its default, as SQL; `null` where it has none. */
  readonly defaultExpression: string | null;
  readonly unique: boolean;
  readonly selectable: boolean;
  readonly updatable: boolean;
}

export interface Table {
  readonly database: string;
  readonly name: string;
  readonly object: string;
  readonly qualified: string;
  /** `InnoDB`; `null` for a view. */
  readonly engine: string | null;
  readonly key: readonly Column[];
  readonly columns: ReadonlyMap<string, Column>;
  /** Foreign keys through which the server itself changes rows of this table. It fires no trigger when it does. */
  readonly cascades: readonly Cascade[];
  readonly schema: ObjectSchema;
}

export interface Cascade {
  readonly constraint: string;
  readonly deletes: boolean;
  /** Columns that it may set. */
  readonly sets: readonly string[];
}

/** Every table and view of the database. */
export async function allTables(db: Queryable, database: string): Promise<readonly Table[]> {
  return read(db, database, null);
}

/** By `table` in the connection's database, or by `database.table`; `null` when there is none that the account may see. */
export async function findTable(db: Queryable, database: string, object: string): Promise<Table | null> {
  const [own] = await read(db, database, object);
  if (own !== undefined) return own;
  const dot = object.indexOf('.');
  if (dot < 0) return null;
  return (await read(db, object.slice(0, dot), object.slice(dot + 1)))[0] ?? null;
}

async function read(db: Queryable, database: string, name: string | null): Promise<readonly Table[]> {
  const only = name === null ? '' : ' and table_name = ?';
  const values = name === null ? [database] : [database, name];
  const [tables, columns, indexes, checks, cascades] = await Promise.all([
    db.rows(
      `select table_name, engine from information_schema.tables where table_schema = ?${only} and table_type in ('BASE TABLE', 'VIEW', 'SYSTEM VERSIONED') order by table_name`,
      values,
    ),
    db.rows(
      `select table_name, column_name, column_type, data_type, character_set_name, collation_name, cast(character_maximum_length as char),
        cast(numeric_precision as char), cast(numeric_scale as char), is_nullable, is_generated, extra, column_default, privileges
        from information_schema.columns where table_schema = ?${only} order by table_name, ordinal_position`,
      values,
    ),
    db.rows(
      `select table_name, index_name, column_name, nullable, cast(sub_part as char) from information_schema.statistics
        where table_schema = ?${only} and non_unique = 0 order by table_name, index_name, seq_in_index`,
      values,
    ),
    db.rows(
      `select table_name, check_clause from information_schema.check_constraints where constraint_schema = ?${only} and check_clause like 'json\\_valid(%'`,
      values,
    ),
    db.rows(
      `select r.table_name, r.constraint_name, r.delete_rule, r.update_rule, k.column_name
        from information_schema.referential_constraints r
        join information_schema.key_column_usage k on k.constraint_schema = r.constraint_schema and k.constraint_name = r.constraint_name and k.table_name = r.table_name
        where r.constraint_schema = ?${only.replace('table_name', 'r.table_name')} and (r.delete_rule in ('CASCADE', 'SET NULL') or r.update_rule in ('CASCADE', 'SET NULL'))`,
      values,
    ),
  ]);
  const of = (rows: readonly Row[], table: string) => rows.filter(([owner]) => owner === table);
  return tables.map(([table = null, engine = null]) =>
    tableOf(database, table ?? '', engine, {
      columns: of(columns, table ?? ''),
      indexes: of(indexes, table ?? ''),
      checks: of(checks, table ?? ''),
      cascades: of(cascades, table ?? ''),
    }),
  );
}

interface Rows {
  readonly columns: readonly Row[];
  readonly indexes: readonly Row[];
  readonly checks: readonly Row[];
  readonly cascades: readonly Row[];
}

function tableOf(database: string, name: string, engine: string | null, rows: Rows): Table {
  const indexes = indexesOf(rows.indexes);
  const unique = new Set(indexes.flatMap(({ columns }) => (columns.length === 1 ? columns : [])));
  const json = new Set(rows.checks.map(([, clause]) => /^json_valid\(`(.*)`\)$/.exec(clause ?? '')?.[1]));
  const columns = rows.columns.map((row) => columnOf(row, unique, json));
  const byName = new Map(columns.map((column) => [column.name, column]));
  const best = indexes
    .filter(({ whole, nullable }) => whole && !nullable)
    .sort((x, y) => Number(y.primary) - Number(x.primary) || x.columns.length - y.columns.length)[0];
  const key = (best?.columns ?? []).flatMap((column) => byName.get(column) ?? []);
  const object = `${database}.${name}`;
  return {
    database,
    name,
    object,
    qualified: `${quoteName(database)}.${quoteName(name)}`,
    engine,
    key,
    columns: byName,
    cascades: cascadesOf(rows.cascades),
    schema: objectSchema(object, key, columns),
  };
}

function columnOf(row: Row, unique: ReadonlySet<string>, json: ReadonlySet<string | undefined>): Column {
  const [
    ,
    column,
    full,
    dataType,
    charset,
    collation,
    length,
    precision,
    scale,
    nullable,
    generated,
    extra,
    fallback,
    rights,
  ] = row;
  const name = column ?? '';
  const typeRow: TypeRow = {
    columnType: full ?? '',
    dataType: dataType ?? '',
    charset: charset ?? null,
    collation: collation ?? null,
    maxLength: numberOf(length),
    precision: numberOf(precision),
    scale: numberOf(scale),
    isJson: json.has(name),
  };
  return {
    name,
    quoted: quoteName(name),
    type: columnType(typeRow),
    row: typeRow,
    native: typeRow.isJson ? 'json' : typeRow.columnType,
    notNull: nullable === 'NO',
    generated: generated === 'ALWAYS',
    autoIncrement: extra?.includes('auto_increment') === true,
    defaultExpression: fallback === 'NULL' ? null : (fallback ?? null),
    unique: unique.has(name),
    selectable: rights?.split(',').includes('select') === true,
    updatable: rights?.split(',').includes('update') === true,
  };
}

interface Index {
  readonly primary: boolean;
  readonly columns: string[];
  whole: boolean;
  nullable: boolean;
}

function indexesOf(rows: readonly Row[]): Index[] {
  const indexes = new Map<string, Index>();
  for (const [, index, column, nullable, part] of rows) {
    const name = index ?? '';
    const known = indexes.get(name) ?? {
      primary: name === 'PRIMARY',
      columns: [],
      whole: true,
      nullable: false,
    };
    known.columns.push(column ?? '');
    known.whole &&= part === null && column !== null;
    known.nullable ||= nullable === 'YES';
    indexes.set(name, known);
  }
  return [...indexes.values()];
}

function cascadesOf(rows: readonly Row[]): readonly Cascade[] {
  const found = new Map<string, { constraint: string; deletes: boolean; sets: string[] }>();
  for (const [, constraint, onDelete, onUpdate, column] of rows) {
    const name = constraint ?? '';
    const known = found.get(name) ?? { constraint: name, deletes: onDelete === 'CASCADE', sets: [] };
    if (onDelete === 'SET NULL' || onUpdate === 'CASCADE' || onUpdate === 'SET NULL')
      known.sets.push(column ?? '');
    found.set(name, known);
  }
  return [...found.values()];
}

function numberOf(text: string | null | undefined): number | null {
  return text === null || text === undefined ? null : Number(text);
}

function objectSchema(object: string, key: readonly Column[], columns: readonly Column[]): ObjectSchema {
  const fields = columns.map((column): FieldSchema => ({
    name: column.name,
    nativeType: column.native,
    type: column.type.field,
    required: column.notNull,
    readOnly: column.generated,
    unique: column.unique,
    hasDefault: column.defaultExpression !== null || column.autoIncrement,
    maxLength: column.type.maxLength,
    options: column.type.options,
    // The catalogue numbers no column: one that was dropped and made anew cannot be told from the old one.
    identity: column.name,
  }));
  const matters = columns.map(({ row }, i) => [row.charset, row.collation, fields[i]]);
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([key.map(({ name }) => name), matters]))
    .digest('hex')
    .slice(0, 32);
  return { object, key: key.map(({ name }) => name), fields, fingerprint };
}
