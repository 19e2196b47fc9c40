/**
 * Exact decimals as text. The canonical form is the shortest: no sign on zero, no leading or trailing zeros, no exponent.
 * Arithmetic scales both operands to integers, so that no step goes through a binary fraction.
 */
const CANONICAL = /^(?:0|-?[1-9]\d*|-?(?:0|[1-9]\d*)\.\d*[1-9])$/;
const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,5}))?$/;

/** PostgreSQL keeps 131,072 digits before the point; nobody means more than this. */
const MAX_DIGITS = 20_000;

/** Shortest form of a decimal number's text, or `null` when the text is not one (or is absurdly long). */
export function canonicalDecimal(text: string): string | null {
  if (CANONICAL.test(text)) return text.length > MAX_DIGITS ? null : text;
  const match = NUMBER.exec(text);
  if (match === null || text.length > MAX_DIGITS) return null;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  if (whole === '' && fraction === '') return null;
  const shift = Number(exponent);
  if (Math.abs(shift) > MAX_DIGITS) return null;
  const shortest = fromDigits(sign === '-', whole + fraction, fraction.length - shift);
  return shortest.length > MAX_DIGITS ? null : shortest;
}

export function addDecimal(x: string, y: string): string {
  const [a, b, scale] = aligned(x, y);
  return fromScaled(a + b, scale);
}

export function subtractDecimal(x: string, y: string): string {
  const [a, b, scale] = aligned(x, y);
  return fromScaled(a - b, scale);
}

/** Negative, zero or positive as `x` is less than, equal to or greater than `y`. */
export function compareDecimal(x: string, y: string): number {
  const [a, b] = aligned(x, y);
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Number of the multiple of `step` that is nearest to `x`; halves go up. */
export function nearestMultiple(x: string, step: string): string {
  const [a, b] = aligned(x, step);
  const doubled = 2n * a + b;
  const width = 2n * b;
  const quotient = doubled / width;
  return String(doubled < 0n && quotient * width !== doubled ? quotient - 1n : quotient);
}

/** The same number with exactly `scale` digits behind the point, or with as many as it needs when those are more. */
export function padScale(x: string, scale: number): string {
  if (scale <= 0) return x;
  const point = x.indexOf('.');
  const has = point < 0 ? 0 : x.length - point - 1;
  if (has >= scale) return x;
  return (point < 0 ? `${x}.` : x) + '0'.repeat(scale - has);
}

function aligned(x: string, y: string): readonly [bigint, bigint, number] {
  const [xd, xs] = scaled(x);
  const [yd, ys] = scaled(y);
  const scale = Math.max(xs, ys);
  return [xd * 10n ** BigInt(scale - xs), yd * 10n ** BigInt(scale - ys), scale];
}

function scaled(x: string): readonly [bigint, number] {
  const point = x.indexOf('.');
  if (point < 0) return [BigInt(x), 0];
  return [BigInt(x.slice(0, point) + x.slice(point + 1)), x.length - point - 1];
}

function fromScaled(value: bigint, scale: number): string {
  const negative = value < 0n;
  return fromDigits(negative, String(negative ? -value : value), scale);
}

/** Text of `digits` × 10^-scale. */
function fromDigits(negative: boolean, digits: string, scale: number): string {
  let all = digits;
  if (scale < 0) all += '0'.repeat(-scale);
  else if (all.length <= scale) all = '0'.repeat(scale - all.length + 1) + all;
  const at = scale > 0 ? all.length - scale : all.length;
  const whole = all.slice(0, at).replace(/^0+(?=\d)/, '');
  const fraction = all.slice(at).replace(/0+$/, '');
  const text = fraction === '' ? whole : `${whole}.${fraction}`;
  return negative && text !== '0' ? `-${text}` : text;
}
