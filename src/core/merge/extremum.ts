import { chronologicalKey } from '../canon/date.js';
import { compareDecimal } from '../canon/decimal.js';
import { jsonEqual, type Canon, type FieldType } from '../value.js';
import { merged, type Contribution, type MergeOutcome } from './outcome.js';

/**
 * The least or greatest of what changed. `head` takes part only where some side has not seen it: a side that saw 10 and set 5 meant
 * 5. Blanks lose against values. Never fails.
 */
export function mergeExtremum(
  head: Canon,
  contributions: readonly Contribution[],
  kind: 'min' | 'max',
  type: FieldType,
): MergeOutcome {
  const headUnseen = contributions.length === 0 || contributions.some(({ base }) => !jsonEqual(base, head));
  const candidates = contributions.map(({ value }) => value);
  if (headUnseen) candidates.push(head);
  const order = comparison(type);
  let best: Canon = null;
  for (const candidate of candidates) {
    if (candidate === null) continue;
    const ahead = best === null ? 1 : kind === 'max' ? order(candidate, best) : order(best, candidate);
    if (ahead > 0) best = candidate;
  }
  return merged(best);
}

function comparison(type: FieldType): (x: Canon, y: Canon) => number {
  switch (type) {
    case 'integer':
    case 'decimal':
      return (x, y) => compareDecimal(x as string, y as string);
    case 'float':
      // As PostgreSQL orders them: NaN is greater than everything.
      return (x, y) =>
        byCodeUnit(Number(x === 'NaN'), Number(y === 'NaN')) || byCodeUnit(Number(x), Number(y));
    case 'date':
    case 'datetime':
    case 'localdatetime':
      return (x, y) => byCodeUnit(chronologicalKey(x as string), chronologicalKey(y as string));
    default:
      return (x, y) => byCodeUnit(x as string, y as string);
  }
}

function byCodeUnit<T extends string | number>(x: T, y: T): number {
  return x < y ? -1 : x > y ? 1 : 0;
}
