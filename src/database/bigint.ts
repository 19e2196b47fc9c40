import { TypeOverrides, types } from 'pg';
import { parseJson } from '../core/canon/parse-json.js';
import type { Json } from '../core/value.js';

const INT8_ARRAY = 1016;
const TEXT_ARRAY = 1009;

/** A `bigint` as a number; throws where it would not be exact. */
export function parseBigint(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint ${text} cannot be held exactly as a number`);
  return value;
}

/** pg's types, with `bigint` and `bigint[]` as numbers instead of text, and JSON with the keys that it has. */
export function hubTypes(): TypeOverrides {
  const overrides = new TypeOverrides();
  const parseTextArray = types.getTypeParser(TEXT_ARRAY as never) as (text: string) => (string | null)[];
  overrides.setTypeParser(types.builtins.INT8, parseBigint);
  overrides.setTypeParser(INT8_ARRAY, (text: string) =>
    parseTextArray(text).map((item) => (item === null ? null : parseBigint(item))),
  );
  const json = (text: string): Json => parseJson(text);
  overrides.setTypeParser(types.builtins.JSON, json);
  overrides.setTypeParser(types.builtins.JSONB, json);
  return overrides;
}
