import type { FieldSpec, PipelineSpec, PolicySpec } from '../core/pipeline/spec.js';
import type { Policy, UnitPlan } from '../core/plan.js';
import { policyInWords, type SideLabels } from '../core/policy/words.js';

type Words = Pick<UnitPlan, 'policy' | 'preferNonBlank' | 'direction' | 'contextOnly'>;

/**
 * What decides each unit of a pipeline, in words: unit key → sentence. Told from the stored file, not from a compiled
 * plan: a pipeline whose systems cannot be reached has no plan, and must be shown all the same.
 */
export function policiesInWords(spec: PipelineSpec, labels: SideLabels): Record<string, string> {
  const groups = Object.entries(spec.groups ?? {});
  const grouped = new Set(groups.flatMap(([, { fields }]) => fields));
  const fields = Object.entries(spec.fields).filter(
    ([key, { contextOnly }]) => !grouped.has(key) && contextOnly !== true,
  );
  return Object.fromEntries([
    ...groups.map(([key, group]) => {
      const words = policyInWords(unit(group.policy, {}), labels);
      return [key, `${words} (decided together: ${group.fields.join(', ')})`] as const;
    }),
    ...fields.flatMap(([key, field]) =>
      field.policy === undefined ? [] : [[key, policyInWords(unit(field.policy, field), labels)] as const],
    ),
  ]);
}

function unit(policy: PolicySpec, { direction, preferNonBlank }: Partial<FieldSpec>): Words {
  return {
    policy: policyOf(policy),
    preferNonBlank: preferNonBlank === true,
    direction: direction === 'aToB' ? 'AtoB' : direction === 'bToA' ? 'BtoA' : 'both',
    contextOnly: false,
  };
}

/** A policy to talk about, not to run. */
function policyOf(policy: PolicySpec): Policy {
  switch (policy.strategy) {
    case 'owner':
      return {
        strategy: 'owner',
        owner: policy.owner === 'a' ? 'A' : 'B',
        onForeignEdit: policy.onForeignEdit ?? 'accept',
      };
    case 'newest':
      return {
        strategy: 'newest',
        skewMs: 0,
        tie: policy.tie === 'review' ? 'review' : policy.tie === 'a' ? 'A' : 'B',
      };
    case 'merge':
      return { strategy: 'merge', merge: policy.merge };
    case 'rules':
      return {
        strategy: 'rules',
        rules: policy.rules.map(({ id }) => ({
          id,
          when: () => false,
          take: 'review',
          skewMs: 0,
          merge: null,
        })),
      };
    case 'review':
      return { strategy: 'review' };
  }
}
