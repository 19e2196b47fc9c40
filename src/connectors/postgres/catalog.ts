import { createHash } from 'node:crypto';
import type { FieldSchema, ObjectSchema } from '../connector.js';
import { columnType, type ColumnType, type TypeRow } from './column-type.js';
import { quoteName } from './identifiers.js';
import type { Queryable } from './pools.js';

export interface Column {
  readonly name: string;
  readonly quoted: string;
  /** Survives a rename; never used again after a drop. */
  readonly attnum: number;
  readonly type: ColumnType;
  readonly native: string;
  readonly notNull: boolean;
  readonly generated: boolean;
  readonly identity: '' | 'a' | 'd';
  readonly defaultExpression: string | null;
  readonly options: readonly string[] | null;
  readonly unique: boolean;
}

export interface Table {
  readonly oid: number;
  readonly object: string;
  readonly qualified: string;
  /** `r` table, `p` partitioned, `v` view, `m` materialised view, `f` foreign. */
  readonly kind: string;
  /** Others inherit from it or it is a partition: row triggers on it do not see everything that it shows. */
  readonly inherits: boolean;
  readonly owner: string;
  readonly owned: boolean;
  readonly readable: boolean;
  /** Row security applies to us: rows may be hidden. */
  readonly rowSecurity: boolean;
  readonly before: { readonly insert: boolean; readonly update: boolean };
  readonly key: readonly Column[];
  readonly columns: ReadonlyMap<string, Column>;
  readonly schema: ObjectSchema;
}

interface CatalogRow {
  oid: number;
  schema: string;
  name: string;
  visible: boolean;
  kind: string;
  inherits: boolean;
  owner: string;
  owned: boolean;
  readable: boolean;
  rowSecurity: boolean;
  before: number;
  key: number[] | null;
  unique: number[] | null;
  columns: (TypeRow & {
    name: string;
    attnum: number;
    notNull: boolean;
    generated: string;
    identity: '' | 'a' | 'd';
    defaultExpression: string | null;
    options: string[] | null;
  })[];
}

/** The best key: the primary key, else the unique index with the fewest columns that allows no blank and covers every row. */
const statement = `
select json_build_object(
  'oid', c.oid::int8, 'schema', n.nspname, 'name', c.relname, 'visible', pg_table_is_visible(c.oid), 'kind', c.relkind,
  'inherits', c.relispartition or exists (select 1 from pg_inherits where inhparent = c.oid or inhrelid = c.oid),
  'owner', pg_get_userbyid(c.relowner), 'owned', pg_has_role(c.relowner, 'USAGE'),
  'readable', has_table_privilege(c.oid, 'SELECT') or has_any_column_privilege(c.oid, 'SELECT'),
  'rowSecurity', row_security_active(c.oid),
  'before', (select coalesce(bit_or(tgtype::int), 0) from pg_trigger
             where tgrelid = c.oid and not tgisinternal and tgenabled <> 'D' and tgtype::int & 3 = 3),
  'key', (select array_agg(k.attnum::int order by k.place) from (
            select i.indkey from pg_index i
            where i.indrelid = c.oid and i.indisunique and i.indisvalid and i.indpred is null and i.indexprs is null and i.indnkeyatts = i.indnatts
              and (i.indisprimary or not exists (
                select 1 from unnest(i.indkey::int2[]) u(attnum) join pg_attribute a on a.attrelid = c.oid and a.attnum = u.attnum where not a.attnotnull))
            order by i.indisprimary desc, i.indnkeyatts, i.indexrelid limit 1) best,
          unnest(best.indkey::int2[]) with ordinality k(attnum, place)),
  'unique', (select array_agg(distinct i.indkey[0]::int) from pg_index i
             where i.indrelid = c.oid and i.indisunique and i.indnkeyatts = 1 and i.indpred is null and i.indexprs is null),
  'columns', coalesce((
    with recursive chain as (
      select a.attnum, a.atttypid as type, a.atttypmod as typmod, 0 as depth
      from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      union all
      select chain.attnum, t.typbasetype, case when t.typtypmod >= 0 then t.typtypmod else chain.typmod end, chain.depth + 1
      from chain join pg_type t on t.oid = chain.type where t.typtype = 'd'
    ), base as (select distinct on (attnum) * from chain order by attnum, depth desc)
    select json_agg(json_build_object(
      'name', a.attname, 'attnum', a.attnum, 'notNull', a.attnotnull, 'generated', a.attgenerated, 'identity', a.attidentity,
      'defaultExpression', case when a.attgenerated = '' then pg_get_expr(d.adbin, d.adrelid) end,
      'native', format_type(a.atttypid, a.atttypmod),
      'typeSchema', tn.nspname, 'typeName', t.typname, 'kind', e.typtype, 'isArray', t.typcategory = 'A' and t.typelem <> 0,
      'elementSchema', en.nspname, 'elementName', e.typname, 'typmod', base.typmod,
      'deterministic', coalesce(l.collisdeterministic, true),
      'options', case when e.typtype = 'e' then (select json_agg(enumlabel order by enumsortorder) from pg_enum where enumtypid = e.oid) end
    ) order by a.attnum)
    from base
    join pg_attribute a on a.attrelid = c.oid and a.attnum = base.attnum
    join pg_type t on t.oid = base.type join pg_namespace tn on tn.oid = t.typnamespace
    join pg_type e on e.oid = case when t.typcategory = 'A' and t.typelem <> 0 then t.typelem else t.oid end
    join pg_namespace en on en.oid = e.typnamespace
    left join pg_collation l on l.oid = a.attcollation
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum), '[]')
) as object
from pg_class c join pg_namespace n on n.oid = c.relnamespace`;

/** Every table and view that a person made. */
export async function allTables(db: Queryable): Promise<readonly Table[]> {
  const { rows } = await db.query<{ object: string }>(
    `${statement} where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname not in ('pg_catalog', 'information_schema', 'accord')
       and n.nspname not like 'pg\\_toast%' and n.nspname not like 'pg\\_temp%' order by n.nspname, c.relname`,
  );
  return rows.map((row) => table(JSON.parse(row.object) as CatalogRow));
}

/** By `schema.name`, or by a bare name that the search path finds; `null` when there is none. */
export async function findTable(db: Queryable, object: string): Promise<Table | null> {
  const { rows } = await db.query<{ object: string }>({
    text: `${statement} where c.relkind in ('r', 'p', 'v', 'm', 'f') and (n.nspname || '.' || c.relname = $1 or (c.relname = $1 and pg_table_is_visible(c.oid)))
       order by c.relname = $1 limit 1`,
    values: [object],
  });
  const [row] = rows;
  return row === undefined ? null : table(JSON.parse(row.object) as CatalogRow);
}

export async function tableByOid(db: Queryable, oid: number): Promise<Table | null> {
  const { rows } = await db.query<{ object: string }>({
    text: `${statement} where c.oid = $1::oid`,
    values: [String(oid)],
  });
  const [row] = rows;
  return row === undefined ? null : table(JSON.parse(row.object) as CatalogRow);
}

function table(row: CatalogRow): Table {
  const columns = row.columns.map((c): Column => ({
    name: c.name,
    quoted: quoteName(c.name),
    attnum: c.attnum,
    type: columnType(c),
    native: c.native,
    notNull: c.notNull,
    generated: c.generated !== '',
    identity: c.identity,
    defaultExpression: c.defaultExpression,
    options: c.options,
    unique: row.unique?.includes(c.attnum) ?? false,
  }));
  const key = (row.key ?? []).flatMap((attnum) => columns.filter((column) => column.attnum === attnum));
  const object = `${row.schema}.${row.name}`;
  return {
    oid: row.oid,
    object,
    qualified: `${quoteName(row.schema)}.${quoteName(row.name)}`,
    kind: row.kind,
    inherits: row.inherits,
    owner: row.owner,
    owned: row.owned,
    readable: row.readable,
    rowSecurity: row.rowSecurity,
    before: { insert: (row.before & 4) !== 0, update: (row.before & 16) !== 0 },
    key,
    columns: new Map(columns.map((column) => [column.name, column])),
    schema: objectSchema(object, key, columns),
  };
}

function objectSchema(object: string, key: readonly Column[], columns: readonly Column[]): ObjectSchema {
  const fields = columns.map((column): FieldSchema => ({
    name: column.name,
    nativeType: column.native,
    type: column.type.field,
    required: column.notNull,
    readOnly: column.generated || column.identity === 'a',
    unique: column.unique,
    hasDefault: column.defaultExpression !== null || column.identity !== '',
    maxLength: column.type.maxLength,
    options: column.options,
    identity: String(column.attnum),
  }));
  const matters = columns.map((c, i) => [c.attnum, c.type.castTarget, c.type.plainText, fields[i]]);
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([key.map((column) => column.attnum), matters]))
    .digest('hex')
    .slice(0, 32);
  return { object, key: key.map((column) => column.name), fields, fingerprint };
}
