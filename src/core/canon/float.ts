import type { Raw } from '../value.js';

const SPECIAL: ReadonlySet<string> = new Set(['NaN', 'Infinity', '-Infinity']);
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Canonical float: a number (no negative zero), or the name of a value that JSON lacks. `undefined` when it is no number. */
export function canonicalFloat(raw: Raw): number | string | undefined {
  if (typeof raw === 'number') return Object.is(raw, -0) ? 0 : raw;
  if (typeof raw !== 'string') return undefined;
  if (SPECIAL.has(raw)) return raw;
  if (!NUMBER.test(raw)) return undefined;
  const value = Number(raw);
  if (!Number.isFinite(value)) return undefined;
  return Object.is(value, -0) ? 0 : value;
}

/** As PostgreSQL prints a `double precision`: shortest digits, an exponent below 1e-4 and from 1e15 on. */
export function floatText(value: number | string): string {
  if (typeof value === 'string') return value;
  const magnitude = Math.abs(value);
  if (value === 0 || (magnitude >= 1e-4 && magnitude < 1e15)) return String(value);
  const [mantissa = '', exponent = ''] = value.toExponential().split('e');
  const sign = exponent.startsWith('-') ? '-' : '+';
  return `${mantissa}e${sign}${exponent.slice(1).padStart(2, '0')}`;
}
