import type { CounterBounds, MergeKind } from '../plan.js';
import type { Canon, FieldType } from '../value.js';
import { mergeCounter } from '../merge/counter.js';
import { mergeExtremum } from '../merge/extremum.js';
import { mergeJson } from '../merge/json.js';
import { mergeSet } from '../merge/set.js';
import { mergeText } from '../merge/text.js';
import type { Contribution, MergeResult } from '../merge/result.js';

export function merge(
  kind: MergeKind,
  type: FieldType,
  head: Canon,
  contributions: readonly Contribution[],
  bounds: CounterBounds | undefined,
): MergeResult {
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
      return mergeExtremum(kind, type, head, contributions);
  }
}
