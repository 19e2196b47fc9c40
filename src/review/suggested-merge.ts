import type { StoredCandidate } from '../core/conflict-at-rest.js';
import { mergeJson } from '../core/merge/json.js';
import type { Contribution, MergeOutcome } from '../core/merge/outcome.js';
import { mergeSet } from '../core/merge/set.js';
import { mergeText } from '../core/merge/text.js';
import type { UnitPlan } from '../core/plan.js';
import type { Canon } from '../core/value.js';

/**
 * A value that holds what both sides did, where a three-way merge by the field's type is clean and says something new. Offered, never
 * preselected. Made from what is stored of the conflict alone: whoever takes it gets what was shown.
 */
export function suggestedMerge(
  plan: UnitPlan,
  base: { readonly value: Canon } | null,
  stored: readonly StoredCandidate[],
): { readonly value: Canon } | null {
  const [first, second] = stored;
  if (base === null || stored.length !== 2 || first?.key !== 'a' || second?.key !== 'b') return null;
  const result = mergeByType(
    plan,
    base.value,
    stored.map((c): Contribution => ({ base: c.base?.value, value: c.value })),
  );
  if (result?.ok !== true) return null;
  const isNews = [first, second].every((candidate) => !plan.equal(candidate.value, result.value));
  return isNews ? { value: result.value } : null;
}

function mergeByType(plan: UnitPlan, base: Canon, edits: readonly Contribution[]): MergeOutcome | null {
  if (edits.some((edit) => edit.base === undefined)) return null;
  switch (plan.type) {
    case 'text':
      return mergeText(base, edits);
    case 'set':
      return mergeSet(base, edits);
    case 'json':
      return mergeJson(base, edits);
    default:
      return null;
  }
}
