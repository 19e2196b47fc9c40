import { addDecimal, canonicalDecimal, compareDecimal, subtractDecimal } from '../canon/decimal.js';
import type { CounterBounds } from '../plan.js';
import type { Canon } from '../value.js';
import { merged, notMerged, type Contribution, type MergeOutcome } from './outcome.js';

/**
 * `head + Σ (value − base)`, exact. Never guesses: without a base, with a blank, or past a bound it does not merge (`ambiguous-base`,
 * `blank`, `out-of-bounds`).
 */
export function mergeCounter(
  head: Canon,
  contributions: readonly Contribution[],
  bounds?: CounterBounds,
): MergeOutcome {
  if (contributions.some(({ base }) => base === undefined)) return notMerged('ambiguous-base');
  const start = numeral(head);
  if (start === null) return notMerged('blank: the agreed value is no number');
  let sum = start;
  for (const { base, value } of contributions) {
    const from = numeral(base ?? null);
    const to = numeral(value);
    if (from === null || to === null) return notMerged('blank: a value to count from or to is no number');
    sum = addDecimal(sum, subtractDecimal(to, from));
  }
  if (canonicalDecimal(sum) === null) return notMerged('out-of-bounds: the sum has too many digits');
  if (bounds?.min !== undefined && compareDecimal(sum, bounds.min) < 0) {
    return notMerged(`out-of-bounds: ${sum} is below ${bounds.min}`);
  }
  if (bounds?.max !== undefined && compareDecimal(sum, bounds.max) > 0) {
    return notMerged(`out-of-bounds: ${sum} is above ${bounds.max}`);
  }
  if (typeof head !== 'number') return merged(sum);
  const float = Number(sum);
  return Number.isFinite(float) ? merged(float) : notMerged('out-of-bounds: the sum is no finite number');
}

/** Decimal text of an integer, decimal or float; `null` for blanks and for NaN and the infinities. */
function numeral(value: Canon): string | null {
  if (typeof value === 'number') return canonicalDecimal(String(value));
  return typeof value === 'string' ? canonicalDecimal(value) : null;
}
