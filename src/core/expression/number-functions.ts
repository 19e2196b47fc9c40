import type { Environment } from '@marcbachmann/cel-js';
import { canonicalDecimal, nearestMultiple, padScale } from '../canon/decimal.js';
import { argument, failed } from './bounds.js';

const sync = { async: false };

/** A namespace in expressions is a constant of its own type: `number.parse(value, "comma")`. */
class NumberFunctions {
  readonly namespace = 'number';
}

/** `style`: `point` (1,234.50) or `comma` (1.234,50). Texts in, exact texts out; no binary fraction in between. */
export function registerNumberFunctions(env: Environment): void {
  env
    .registerType('number', NumberFunctions)
    .registerConstant('number', 'number', new NumberFunctions())
    .registerFunction(
      'number.parse(string, string): string',
      (_: unknown, text: string, style: string) => parse(text, style),
      sync,
    )
    .registerFunction(
      'number.format(dyn, int, string): string',
      (_: unknown, value: unknown, decimals: bigint, style: string) => format(value, decimals, style),
      sync,
    )
    .registerFunction(
      'round(dyn, int): double',
      (value: unknown, decimals: bigint) => finite(Number(rounded(decimalOf(value), decimals))),
      sync,
    );
}

function parse(text: string, style: string): string {
  const [group, point] = separators(style);
  const trimmed = text.trim();
  const wellGrouped = new RegExp(`^[+-]?(?:\\d{1,3}(?:[${group}]\\d{3})+|\\d+)(?:[${point}]\\d+)?$`).test(
    trimmed,
  );
  const plain = trimmed.replaceAll(group, '').replace(point, '.');
  const decimal = wellGrouped ? canonicalDecimal(plain) : null;
  return decimal ?? failed(`number.parse: not a number with a decimal ${style}`);
}

function format(value: unknown, decimals: bigint, style: string): string {
  const [, point] = separators(style);
  return padScale(rounded(decimalOf(value), decimals), Number(decimals)).replace('.', point);
}

/** Halves go up. */
function rounded(decimal: string, decimals: bigint): string {
  const places = argument(decimals, 0, 20, 'decimals');
  const units = nearestMultiple(decimal, places === 0 ? '1' : `0.${'0'.repeat(places - 1)}1`);
  return canonicalDecimal(`${units}e-${String(places)}`) ?? units;
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : failed('round: the number is too large');
}

function decimalOf(value: unknown): string {
  const isNumber = typeof value === 'number' || typeof value === 'bigint' || typeof value === 'string';
  return (isNumber ? canonicalDecimal(String(value)) : null) ?? failed('a number is expected');
}

function separators(style: string): readonly [group: string, point: string] {
  if (style === 'point') return [',', '.'];
  if (style === 'comma') return ['.', ','];
  return failed('the style of a number is "point" or "comma"');
}
