import type { CounterBounds, MergeKind } from '../plan.js';
import type { Canon, FieldType } from '../value.js';
import { mergeCounter } from './counter.js';
import { mergeExtremum } from './extremum.js';
import { mergeJson } from './json.js';
import type { Contribution, MergeOutcome } from './outcome.js';
import { mergeSet } from './set.js';
import { mergeText } from './text.js';

/**
 * Folds what both sides did into `head`. Deterministic; the caller sorts the contributions, since `text` and `json` fold them one
 * after another (`set`, `counter`, `min` and `max` do not depend on the order).
 */
export function merge(
  kind: MergeKind,
  type: FieldType,
  bounds: CounterBounds | undefined,
  head: Canon,
  contributions: readonly Contribution[],
): MergeOutcome {
  switch (kind) {
    case 'set':
      return mergeSet(head, contributions);
    case 'counter':
      return mergeCounter(head, contributions, bounds);
    case 'text':
      return mergeText(head, contributions);
    case 'json':
      return mergeJson(head, contributions);
    case 'min':
    case 'max':
      return mergeExtremum(head, contributions, kind, type);
  }
}

/** Types that each kind of merge can work on. */
export const MERGE_TYPES: Readonly<Record<MergeKind, readonly FieldType[]>> = {
  set: ['set'],
  counter: ['integer', 'decimal', 'float'],
  text: ['text'],
  json: ['json'],
  min: ['integer', 'decimal', 'float', 'date', 'datetime', 'localdatetime', 'time', 'text'],
  max: ['integer', 'decimal', 'float', 'date', 'datetime', 'localdatetime', 'time', 'text'],
};
