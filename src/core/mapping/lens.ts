import { decode, encode, isIdentity } from '../canon/codec.js';
import { padScale } from '../canon/decimal.js';
import { CanonError, ExpressionError, shown } from '../errors.js';
import { fromExpression, toExpression } from '../expression/cel-value.js';
import { BoundedMemo } from '../expression/bounded-memo.js';
import { parseExpression, type Expression } from '../expression/expression.js';
import { columnScale } from '../pipeline/facts.js';
import type { Canon, FieldType, Raw } from '../value.js';
import type { FieldEnd } from './field-mapping.js';

/** A pair of functions between a side's value of one field and its canonical value. Both throw CanonError. */
export interface Lens {
  readonly get: (raw: Raw | undefined) => Canon;
  readonly put: (value: Canon, before: Raw | undefined) => Raw;
  /** True where both are the identity on text and `null`. */
  readonly identity: boolean;
}

/** Throws ExpressionError when `read` or `write` is no valid expression. */
export function fieldLens(field: string, type: FieldType, end: FieldEnd): Lens {
  if (end.column === null) return { get: () => null, put: () => null, identity: false };
  const read = end.read === null ? null : parseExpression(end.read, ['value']);
  const write = end.write === null ? null : parseExpression(end.write, ['value', 'before']);
  if (read === null && write === null && isIdentity(type)) return identityLens(field, type);
  const columnType = end.facts?.type ?? 'text';
  const scale = columnScale(end.facts);
  return {
    get:
      read === null
        ? (raw) => decode(type, raw, field)
        : remembered(read, (raw) => getThrough(read, field, columnType, type, raw)),
    put:
      write === null
        ? (value) => scaled(encode(type, value), scale)
        : putting(write, (value, before) =>
            scaled(putThrough(write, field, type, columnType, value, before), scale),
          ),
    identity: false,
  };
}

/** A record's value is looked at several times on its way, and columns repeat themselves. */
const REMEMBERED = 500;
const LONGEST_REMEMBERED = 200;

/** These take their libraries 10 to 40 µs; any other function is done before a result could be found again. */
const COSTLY = /^(?:phone|date|instant)\./;

/** Results are plain values that nobody alters; failures are not remembered. */
function remembered<T extends Canon | undefined>(
  { calls }: Expression,
  run: (given: T) => Canon,
): (given: T) => Canon {
  if (![...calls].some((name) => COSTLY.test(name))) return run;
  const memo = new BoundedMemo<Canon>(REMEMBERED);
  return (given) => {
    if (typeof given !== 'string' || given.length > LONGEST_REMEMBERED) return run(given);
    return memo.get(given) ?? memo.set(given, run(given));
  };
}

function putting(write: Expression, run: Lens['put']): Lens['put'] {
  if (readsBefore(write)) return run;
  const put = remembered(write, (value: Canon) => run(value, undefined));
  return (value) => put(value);
}

function identityLens(field: string, type: FieldType): Lens {
  return {
    get: (raw) => (raw === null || typeof raw === 'string' ? raw : decode(type, raw, field)),
    put: (value) => value,
    identity: true,
  };
}

function getThrough(
  read: Expression,
  field: string,
  from: FieldType,
  to: FieldType,
  raw: Raw | undefined,
): Canon {
  const value = decode(from, raw, field);
  if (value === null && !handlesNull(read)) return null;
  return transformed(read, field, value, () =>
    decode(to, fromExpression(read.run({ value: toExpression(from, value) })), field),
  );
}

function putThrough(
  write: Expression,
  field: string,
  from: FieldType,
  to: FieldType,
  value: Canon,
  before: Raw | undefined,
): Raw {
  if (value === null && !handlesNull(write)) return null;
  return transformed(write, field, value, () => {
    const scope = {
      value: toExpression(from, value),
      before: readsBefore(write) ? toExpression(to, decode(to, before, field)) : null,
    };
    return encode(to, decode(to, fromExpression(write.run(scope)), field));
  });
}

/** A blank stays blank unless the expression says what to make of it. */
function handlesNull(expression: Expression): boolean {
  return expression.mentionsNull || expression.calls.has('coalesce');
}

function readsBefore(expression: Expression): boolean {
  return expression.paths.some(([name]) => name === 'before');
}

function transformed<T>(expression: Expression, field: string, value: Canon, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const expected = `a value that ${JSON.stringify(expression.text)} can transform (${error.message})`;
    throw new CanonError('transform-failed', field, expected, shown(value), { cause: error });
  }
}

/** Written as the column shows it, so that what is read back is what was written. */
function scaled(raw: Raw, scale: number): Raw {
  return scale > 0 && typeof raw === 'string' ? padScale(raw, scale) : raw;
}
