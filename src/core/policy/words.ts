import type { Side } from '../clock.js';
import type { Policy, UnitPlan } from '../plan.js';

export type SideLabels = Readonly<Record<Side, string>>;

/** What a unit's policy says, as one sentence for people. */
export function policyInWords(
  plan: Pick<UnitPlan, 'policy' | 'preferNonBlank' | 'direction' | 'contextOnly'>,
  labels: SideLabels,
): string {
  if (plan.contextOnly) return 'read by rules only, never written';
  const flow =
    plan.direction === 'both'
      ? ''
      : `; flows from ${plan.direction === 'AtoB' ? `${labels.A} to ${labels.B}` : `${labels.B} to ${labels.A}`} only`;
  const blank = plan.preferNonBlank ? 'a value beats a blank; otherwise ' : '';
  return `${blank}${strategyInWords(plan.policy, labels)}${flow}`;
}

function strategyInWords(policy: Policy, labels: SideLabels): string {
  switch (policy.strategy) {
    case 'review':
      return 'a person decides when both sides change it';
    case 'newest':
      return `the newest edit stands; where nobody can say which is newer, ${policy.tie === 'review' ? 'a person decides' : `${labels[policy.tie]} wins`}`;
    case 'merge':
      return `both edits are merged (${policy.merge}); what cannot be merged goes to a person`;
    case 'rules':
      return `${policy.rules.length === 1 ? 'one rule decides' : `${String(policy.rules.length)} rules decide, the first that matches`}; without a match a person does`;
    case 'owner':
      return `${labels[policy.owner]} owns it; ${FOREIGN_EDIT[policy.onForeignEdit]}`;
  }
}

const FOREIGN_EDIT: Readonly<Record<Extract<Policy, { strategy: 'owner' }>['onForeignEdit'], string>> = {
  accept: 'edits elsewhere are taken unless it changed too',
  revert: 'edits elsewhere are put back',
  review: 'edits elsewhere go to a person',
  ignore: 'edits elsewhere stay where they are',
};

/** A unit's policy as data, without functions. */
export function policyData(policy: Policy): Readonly<Record<string, string | number | readonly string[]>> {
  switch (policy.strategy) {
    case 'review':
      return { strategy: 'review' };
    case 'newest':
      return { strategy: 'newest', skewMs: policy.skewMs, tie: policy.tie };
    case 'merge':
      return { strategy: 'merge', merge: policy.merge, ...policy.bounds };
    case 'rules':
      return { strategy: 'rules', rules: policy.rules.map(({ id }) => id) };
    case 'owner':
      return { strategy: 'owner', owner: policy.owner, onForeignEdit: policy.onForeignEdit };
  }
}
