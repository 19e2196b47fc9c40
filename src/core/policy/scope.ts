import type { RuleCandidate, RuleScope } from '../plan.js';
import { isoTime } from '../stamp.js';
import { image, type Version } from '../unit.js';
import type { Concurrent } from './concurrent.js';

/** What the rules of a unit may read. A side without a candidate of its own shows what stands there. */
export function ruleScope(input: Concurrent): RuleScope {
  const side = (s: 'A' | 'B'): RuleCandidate =>
    ruleCandidate(input.candidates.find((c) => c.side === s) ?? image(input.unit, s));
  return { a: side('A'), b: side('B'), base: input.unit.head.value, context: input.context };
}

function ruleCandidate(version: Version): RuleCandidate {
  return {
    value: version.value,
    by: version.by?.name ?? '',
    origin: version.by?.kind ?? 'unknown',
    at: version.stamp === null ? '' : isoTime(version.stamp[1]),
  };
}
