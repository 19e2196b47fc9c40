import type { FieldType } from '../../core/value.js';

/** What the catalogue says about a column's type, domains resolved to what they stand on. */
export interface TypeRow {
  /** `format_type`: `character varying(40)`. */
  readonly native: string;
  /** Schema and name of the base type; of an array: of the array type itself. */
  readonly typeSchema: string;
  readonly typeName: string;
  /** `b` base, `e` enum, `c` composite, `r` range …; of an array: of its element. */
  readonly kind: string;
  readonly isArray: boolean;
  /** Name of the element's type for arrays, else of the type. */
  readonly elementSchema: string;
  readonly elementName: string;
  readonly typmod: number;
  readonly deterministic: boolean;
}

export interface ColumnType {
  readonly field: FieldType | null;
  /** Cast target without length or precision. A cast to `varchar(40)` would cut the value in silence; assignment refuses it. */
  readonly castTarget: string;
  /** Byte-wise text under a deterministic collation: `=` on it is equality of the text form, and it is stored exactly as sent. */
  readonly plainText: boolean;
  /** The wire form is the text form: no cast is needed when reading. */
  readonly wireIsText: boolean;
  /** What stands may differ from what was sent: rounding, padding, another spelling. */
  readonly mayNormalise: boolean;
  /** `IS DISTINCT FROM` on the type itself is false only when the text forms are equal. */
  readonly exactEquality: boolean;
  /** Settings that the text form depends on. */
  readonly settings: readonly string[];
  readonly maxLength: number | null;
}

const known: Readonly<Record<string, { field: FieldType; settings?: readonly string[]; exact?: boolean }>> = {
  int2: { field: 'integer', exact: true },
  int4: { field: 'integer', exact: true },
  int8: { field: 'integer', exact: true },
  numeric: { field: 'decimal' },
  float4: { field: 'float', settings: ['extra_float_digits'] },
  float8: { field: 'float', settings: ['extra_float_digits'] },
  bool: { field: 'boolean', exact: true },
  text: { field: 'text', exact: true },
  varchar: { field: 'text', exact: true },
  bpchar: { field: 'text', exact: true },
  name: { field: 'text' },
  date: { field: 'date', settings: ['DateStyle'], exact: true },
  timestamp: { field: 'localdatetime', settings: ['DateStyle'], exact: true },
  timestamptz: { field: 'datetime', settings: ['DateStyle', 'TimeZone'], exact: true },
  time: { field: 'time', exact: true },
  interval: { field: 'interval', settings: ['IntervalStyle'] },
  uuid: { field: 'uuid', exact: true },
  json: { field: 'json' },
  jsonb: { field: 'json' },
  bytea: { field: 'bytes', settings: ['bytea_output'] },
  inet: { field: 'text' },
  cidr: { field: 'text' },
  macaddr: { field: 'text' },
  macaddr8: { field: 'text' },
  bit: { field: 'text' },
  varbit: { field: 'text' },
};

/** `citext` lives in whatever schema its extension was put; every other kept type is PostgreSQL's own. */
function knownElement(row: TypeRow): (typeof known)[string] | undefined {
  if (row.kind === 'e') return { field: 'enum' };
  if (row.kind !== 'b') return undefined;
  if (row.elementName === 'citext') return { field: 'text' };
  return row.elementSchema === 'pg_catalog' ? known[row.elementName] : undefined;
}

const wireDiffers = new Set(['bool', 'bpchar', 'inet', 'cidr']);
const storedAsSent = new Set(['text', 'citext', 'json']);

/** How a type is read, compared and written; `field` is `null` for a type that cannot be kept exactly. */
export function columnType(row: TypeRow): ColumnType {
  const element = knownElement(row);
  const name = row.typeName;
  const textual = !row.isArray && (name === 'text' || name === 'varchar');
  const unlimited = row.typmod < 0;
  return {
    field: element === undefined ? null : row.isArray ? 'list' : element.field,
    castTarget: `"${row.typeSchema.replaceAll('"', '""')}"."${name.replaceAll('"', '""')}"`,
    plainText: textual && row.deterministic,
    wireIsText: row.isArray || !wireDiffers.has(name),
    mayNormalise: !(
      !row.isArray &&
      (storedAsSent.has(name) || row.kind === 'e' || (name === 'varchar' && unlimited))
    ),
    exactEquality: !row.isArray && row.deterministic && (element?.exact === true || row.kind === 'e'),
    settings: element?.settings ?? [],
    maxLength: (name === 'varchar' || name === 'bpchar') && !unlimited ? row.typmod - 4 : null,
  };
}

/** Session settings under which every value's text form is exact and always the same. */
export const pinnedSettings: Readonly<Record<string, string>> = {
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  extra_float_digits: '1',
  bytea_output: 'hex',
};
