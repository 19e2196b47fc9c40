import type { Side } from '../clock.js';
import type { ConflictKind } from '../conflict.js';
import type { Concurrent } from './concurrent.js';
import type { How } from '../outcome.js';
import type { MergeKind, Policy, Rule } from '../plan.js';
import { incorporated, image, type Version } from '../unit.js';
import { isBlank, type Canon } from '../value.js';
import { merge } from '../merge/merge.js';
import { newest } from './newest.js';
import { ruleScope } from './scope.js';

export type Resolution =
  | {
      readonly kind: 'value';
      readonly value: Canon;
      readonly how: How;
      readonly from: Version | null;
      /** Every candidate's edit is in the value (a merge): nothing was overridden. */
      readonly contains: boolean;
      readonly why: string;
    }
  | { readonly kind: 'conflict'; readonly conflict: ConflictKind; readonly reason: string }
  | { readonly kind: 'diverged'; readonly why: string };

/** What the policy says about edits of which none knew of the other (semantics §2.3). */
export function resolveConcurrent(input: Concurrent): Resolution {
  const nonBlank = input.plan.preferNonBlank ? onlyNonBlank(input) : null;
  if (nonBlank !== null) return won(nonBlank, 'non-blank', 'the other side was blank');
  return resolveBy(input, input.plan.policy);
}

function resolveBy(input: Concurrent, policy: Policy): Resolution {
  switch (policy.strategy) {
    case 'review':
      return { kind: 'conflict', conflict: 'value', reason: bothChanged(input) };
    case 'owner':
      return resolveOwner(input, policy);
    case 'newest':
      return resolveNewest(input, policy.skewMs, policy.tie);
    case 'merge':
      return resolveMerge(input, policy.merge, policy);
    case 'rules':
      return resolveRules(input, policy.rules);
  }
}

function resolveOwner(input: Concurrent, policy: Extract<Policy, { strategy: 'owner' }>): Resolution {
  const owner = input.sides[policy.owner].label;
  const own = input.candidates.find((c) => c.side === policy.owner);
  if (policy.onForeignEdit === 'review') {
    return {
      kind: 'conflict',
      conflict: 'foreign-edit',
      reason: `${owner} owns this field and the other side changed it too`,
    };
  }
  if (own !== undefined) return won(own, 'owner', `${owner} owns this field`);
  // An edit that a blind write has covered stands nowhere any more: it cannot stay where it was made.
  const stands = input.changed.every((c) => c.key !== 'recovered');
  if (policy.onForeignEdit === 'ignore' && stands)
    return { kind: 'diverged', why: `${owner} owns this field` };
  return won(input.unit.head, 'owner', `${owner} owns this field`);
}

function resolveNewest(input: Concurrent, skewMs: number, tie: 'review' | Side): Resolution {
  const result = newest(input.candidates, skewMs);
  if (result.kind === 'winner') return won(result.winner, 'newest', result.why);
  const fixed = tie === 'review' ? undefined : input.candidates.find((c) => c.side === tie);
  if (fixed !== undefined && tie !== 'review')
    return won(fixed, 'newest', `${result.why}; ties go to ${input.sides[tie].label}`);
  return { kind: 'conflict', conflict: 'tie', reason: result.why };
}

function resolveMerge(input: Concurrent, kind: MergeKind, policy: Policy): Resolution {
  const { unit, plan } = input;
  const contributions = input.changed.map((c) => {
    const orphan =
      c.key === 'recovered' ? unit.orphans.find((o) => o.dot !== null && o.dot.n === c.dot?.n) : undefined;
    const base = orphan !== undefined ? orphan.base : incorporated(unit, c.side ?? 'A')?.value;
    return { base, value: c.value };
  });
  const bounds = policy.strategy === 'merge' ? policy.bounds : undefined;
  const result = merge(
    kind,
    plan.type === 'group' ? 'json' : plan.type,
    bounds,
    unit.head.value,
    contributions,
  );
  if (result.ok)
    return {
      kind: 'value',
      value: result.value,
      how: 'merge',
      from: null,
      contains: true,
      why: `both edits were merged (${kind})`,
    };
  return {
    kind: 'conflict',
    conflict: result.reason.startsWith('ambiguous-base') ? 'ambiguous-base' : 'merge',
    reason: mergeReason(result.reason),
  };
}

function mergeReason(reason: string): string {
  return reason.startsWith('ambiguous-base')
    ? 'the two records share no earlier value, so the edits cannot be added up'
    : `the edits cannot be merged: ${reason}`;
}

function resolveRules(input: Concurrent, rules: readonly Rule[]): Resolution {
  const scope = ruleScope(input);
  for (const rule of rules) {
    if (!rule.when(scope)) continue;
    const applied = applyRule(input, rule);
    if (applied !== null) return applied;
  }
  return { kind: 'conflict', conflict: 'value', reason: `${bothChanged(input)}; no rule decides` };
}

function applyRule(input: Concurrent, rule: Rule): Resolution | null {
  const why = `rule ${rule.id}`;
  switch (rule.take) {
    case 'A':
    case 'B': {
      const candidate = input.candidates.find((c) => c.side === rule.take) ?? image(input.unit, rule.take);
      return won(candidate, 'rule', why);
    }
    case 'base':
      return won(input.unit.head, 'rule', why);
    case 'newest': {
      const result = newest(input.candidates, rule.skewMs);
      return result.kind === 'winner' ? won(result.winner, 'rule', `${why}: ${result.why}`) : null;
    }
    case 'merge': {
      if (rule.merge === null) return null;
      const merged = resolveMerge(input, rule.merge, input.plan.policy);
      return merged.kind === 'value' ? { ...merged, how: 'rule', why: `${why}: ${merged.why}` } : null;
    }
    case 'review':
      return { kind: 'conflict', conflict: 'value', reason: `${bothChanged(input)}; ${why} asks a person` };
  }
}

function onlyNonBlank(input: Concurrent): Version | null {
  const { candidates, unit, plan } = input;
  const all: readonly Version[] =
    candidates.some((c) => c.key === 'head') || unit.incA !== undefined || unit.incB !== undefined
      ? candidates
      : [...candidates, unit.A, unit.B];
  const filled = all.filter((c) => !isBlank(c.value));
  const first = filled[0];
  if (first === undefined || filled.length === all.length) return null;
  return filled.every((c) => plan.equal(c.value, first.value)) ? first : null;
}

function won(winner: Version, how: How, why: string): Resolution {
  return { kind: 'value', value: winner.value, how, from: winner, contains: false, why };
}

function bothChanged(input: Concurrent): string {
  const { A, B } = input.sides;
  if (input.unit.incA === undefined && input.unit.incB === undefined)
    return `${A.label} and ${B.label} differ and share no earlier value`;
  if (input.changed.length === 1)
    return `${input.changed[0]?.side === 'A' ? A.label : B.label} changed it before the last value had reached it`;
  return `${A.label} and ${B.label} both changed it, neither knew of the other`;
}
