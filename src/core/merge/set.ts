import type { Canon } from '../value.js';
import { merged, type Contribution, type MergeOutcome } from './outcome.js';

/**
 * `(head − removed) ∪ added`: removals first, so that what one side removed and another added is there. Never fails: without a common
 * past nothing counts as removed.
 */
export function mergeSet(head: Canon, contributions: readonly Contribution[]): MergeOutcome {
  const result = new Set(members(head));
  for (const { base, value } of contributions) {
    const kept = new Set(members(value));
    for (const member of members(base ?? null)) if (!kept.has(member)) result.delete(member);
  }
  for (const { base, value } of contributions) {
    const old = new Set(members(base ?? null));
    for (const member of members(value)) if (!old.has(member)) result.add(member);
  }
  if (result.size > 0) return merged([...result].sort());
  return merged(head === null || contributions.some(({ value }) => value === null) ? null : []);
}

function members(value: Canon): readonly string[] {
  return value === null ? [] : (value as readonly string[]);
}
