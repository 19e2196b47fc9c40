import { canonicalDateTime } from '../../core/canon/date.js';
import { arrayText, parseArrayText } from '../../core/canon/array-text.js';
import { floatText } from '../../core/canon/float.js';
import type { FieldType } from '../../core/value.js';

/** What the catalogue says about a column's type. */
export interface TypeRow {
  /** `int unsigned`, `decimal(10,2)`, `enum('a','b')`. */
  readonly columnType: string;
  /** `int`, `decimal`, `enum`. */
  readonly dataType: string;
  readonly charset: string | null;
  readonly collation: string | null;
  readonly maxLength: number | null;
  readonly precision: number | null;
  readonly scale: number | null;
  /** A CHECK says that it holds JSON: MariaDB's `json` is such a `longtext`. */
  readonly isJson: boolean;
}

/**
 * How a type is read, compared and written. The server's text form of a value (`text`) is exact and the same in every session, whatever
 * its time zone and collation; a raw is its spelling in the common form (`core/canon`), so that all sides spell a value alike.
 */
export interface ColumnType {
  /** `null`: a type that cannot be kept exactly. */
  readonly field: FieldType | null;
  readonly text: (value: string) => string;
  /** True when two values are not the same letter by letter, whatever their collation says. */
  readonly differs: (one: string, other: string) => string;
  readonly toRaw: (text: string) => string;
  /** What `assign` takes; `null` for a raw that cannot be a value of the type. */
  readonly fromRaw: (raw: string) => string | null;
  readonly assign: (item: string) => string;
  /** The item as a value that the key's index is looked up with; `null` for types that cannot be keys. */
  readonly key: ((item: string) => string) | null;
  /** Which texts can be looked up at all. */
  readonly keyForm: RegExp | null;
  readonly maxLength: number | null;
  readonly options: readonly string[] | null;
}

const same = (text: string): string => text;
const cast = (value: string): string => `cast(${value} as char)`;
const plainDiffers = (one: string, other: string): string => `not (${one} <=> ${other})`;
const binaryDiffers = (one: string, other: string): string => `not (binary ${one} <=> binary ${other})`;

const base: ColumnType = {
  field: null,
  text: cast,
  differs: plainDiffers,
  toRaw: same,
  fromRaw: same,
  assign: same,
  key: null,
  keyForm: null,
  maxLength: null,
  options: null,
};

const integers = new Set(['tinyint', 'smallint', 'mediumint', 'int', 'bigint']);
const texts = new Set(['char', 'varchar', 'tinytext', 'text', 'mediumtext', 'longtext', 'inet4', 'inet6']);
const binaries = new Set(['binary', 'varbinary', 'tinyblob', 'blob', 'mediumblob', 'longblob']);

export function columnType(row: TypeRow): ColumnType {
  const { dataType, columnType: full } = row;
  if (full.startsWith('tinyint(1)') || full === 'bit(1)') return booleanType(dataType);
  if (integers.has(dataType)) return integerType(full);
  if (texts.has(dataType)) return row.isJson ? { ...textType(row), field: 'json', key: null } : textType(row);
  if (binaries.has(dataType)) return bytesType;
  switch (dataType) {
    case 'decimal':
      return {
        ...base,
        field: 'decimal',
        key: (item) => `cast(${item} as decimal(${String(row.precision)},${String(row.scale)}))`,
        keyForm: /^-?\d{1,65}(?:\.\d{1,38})?$/,
      };
    case 'float':
      return { ...floatType, toRaw: (text) => floatText(shortestSingle(Number(text))) };
    case 'double':
      return { ...floatType, toRaw: (text) => floatText(Number(text)) };
    case 'bit':
      return {
        ...base,
        field: 'integer',
        text: (value) => `cast(${value} + 0 as char)`,
        assign: (item) => `cast(${item} as unsigned)`,
      };
    case 'year':
      return {
        ...base,
        field: 'integer',
        toRaw: shortestInteger,
        // `0` alone would be 2000.
        fromRaw: (raw) => raw.padStart(4, '0'),
      };
    case 'date':
      return { ...base, field: 'date', key: (item) => `cast(${item} as date)`, keyForm: /^\d{4}-\d\d-\d\d$/ };
    case 'time':
      return { ...base, field: 'time', toRaw: withoutZeros };
    case 'datetime':
      return {
        ...base,
        field: 'localdatetime',
        toRaw: withoutZeros,
        key: (item) => `cast(${item} as datetime(6))`,
        keyForm: /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?$/,
      };
    case 'timestamp':
      return timestampType;
    case 'enum':
      return {
        ...textType(row),
        field: 'enum',
        maxLength: null,
        options: optionsOf(full),
      };
    case 'set':
      return setType(row, optionsOf(full));
    case 'uuid':
      return {
        ...base,
        field: 'uuid',
        key: (item) => `cast(${item} as uuid)`,
        keyForm: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i,
      };
    default:
      return base;
  }
}

function booleanType(dataType: string): ColumnType {
  const bit = dataType === 'bit';
  return {
    ...base,
    field: 'boolean',
    text: bit ? (value) => `cast(${value} + 0 as char)` : cast,
    // A tinyint(1) may hold 2: that is shown as it is, and is no boolean.
    toRaw: (text) => (text === '1' ? 'true' : text === '0' ? 'false' : text),
    fromRaw: (raw) => (raw === 'true' ? '1' : raw === 'false' ? '0' : raw),
    assign: bit ? (item) => `cast(${item} as unsigned)` : same,
  };
}

function integerType(full: string): ColumnType {
  const unsigned = full.includes('unsigned');
  return {
    ...base,
    field: 'integer',
    toRaw: shortestInteger,
    key: (item) => `cast(${item} as ${unsigned ? 'unsigned' : 'signed'})`,
    keyForm: unsigned ? /^(?:0|[1-9]\d{0,19})$/ : /^(?:0|-?[1-9]\d{0,18})$/,
  };
}

function textType({ charset, collation, dataType, maxLength }: TypeRow): ColumnType {
  const kept = charset === 'utf8mb4';
  const text = charset === null ? cast : kept ? same : (value: string) => `convert(${value} using utf8mb4)`;
  return {
    ...base,
    field: 'text',
    text,
    differs: charset === null ? plainDiffers : binaryDiffers,
    key:
      charset === null || collation === null
        ? null
        : (item) => `convert(${item} using ${charset}) collate ${collation}`,
    keyForm: /^[^]*$/,
    maxLength: dataType === 'char' || dataType === 'varchar' ? maxLength : null,
  };
}

const bytesType: ColumnType = {
  ...base,
  field: 'bytes',
  text: (value) => `lower(hex(${value}))`,
  differs: plainDiffers,
  toRaw: (text) => `\\x${text}`,
  // `unhex` of anything else is NULL: it would blank the field in silence.
  fromRaw: (raw) => (/^\\x(?:[0-9a-f]{2})*$/i.test(raw) ? raw.slice(2) : null),
  assign: (item) => `unhex(${item})`,
  key: (item) => `unhex(${item})`,
  keyForm: /^(?:[0-9a-f]{2})*$/i,
};

const floatType: ColumnType = {
  ...base,
  field: 'float',
  text: (value) => `cast(cast(${value} as double) as char)`,
};

/** Seconds since the epoch: what is stored, without the way through a session's time zone (twice a year it is not reversible). */
const timestampType: ColumnType = {
  ...base,
  field: 'datetime',
  text: (value) => `cast(unix_timestamp(${value}) as char)`,
  toRaw: instantOf,
  // Our sessions are in UTC.
  fromRaw: (raw) => {
    const result = canonicalDateTime(raw, true);
    return 'text' in result ? result.text.replace('T', ' ').replace('Z', '') : raw;
  },
};

function setType(row: TypeRow, options: readonly string[]): ColumnType {
  return {
    ...textType(row),
    field: 'set',
    maxLength: null,
    options,
    key: null,
    toRaw: (text) => (text === '' ? '{}' : arrayText(text.split(',').sort())),
    fromRaw: (raw) => {
      try {
        const members = parseArrayText(raw);
        return members.every((member) => typeof member === 'string') ? members.join(',') : null;
      } catch {
        return null;
      }
    },
  };
}

/** The members as `enum('a','it''s')` lists them. */
function optionsOf(full: string): readonly string[] {
  const list = full.slice(full.indexOf('(') + 1, full.lastIndexOf(')'));
  return [...list.matchAll(/'((?:[^']|'')*)'/g)].map(([, option]) => (option ?? '').replaceAll("''", "'"));
}

function shortestInteger(text: string): string {
  return text.replace(/^(-?)0+(?=\d)/, '$1');
}

/** `12:00:00.500000` → `12:00:00.5`, as the common form has it. */
function withoutZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** `0` is no instant that a TIMESTAMP can hold but the zero date; it is shown as such, and can be read by nobody. */
function instantOf(epoch: string): string {
  const [seconds = '', fraction = ''] = epoch.split('.');
  if (Number(seconds) === 0 && Number(fraction) === 0) return '0000-00-00 00:00:00+00';
  const day = new Date(Number(seconds) * 1000).toISOString();
  return `${withoutZeros(`${day.slice(0, 10)} ${day.slice(11, 19)}${fraction === '' ? '' : `.${fraction}`}`)}+00`;
}

/** The shortest decimal that names this single-precision number; the server shows six digits, which name several. */
function shortestSingle(value: number): number {
  for (let digits = 6; digits <= 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}

/** A key of text in another character set: what it cannot hold would become `?` and find another record. */
export function survivesCharset(type: TypeRow, item: string): string {
  const { charset } = type;
  if (charset === null || charset === 'utf8mb4') return '';
  return ` and binary convert(convert(${item} using ${charset}) using utf8mb4) = binary ${item}`;
}
