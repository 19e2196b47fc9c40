import type { Candidate } from '../conflict.js';
import type { UnitPlan } from '../plan.js';

/**
 * How a lone edit from the side that does not own the field is treated; `null` when it may simply flow. A one-way field never lets
 * the target's edits back, whatever its policy says.
 */
export function foreignEdit(plan: UnitPlan, candidate: Candidate): 'revert' | 'review' | 'ignore' | null {
  const { policy, direction } = plan;
  const againstDirection =
    (direction === 'AtoB' && candidate.side === 'B') || (direction === 'BtoA' && candidate.side === 'A');
  if (policy.strategy === 'owner' && candidate.side !== policy.owner) {
    if (policy.onForeignEdit !== 'accept') return policy.onForeignEdit;
    return againstDirection ? 'ignore' : null;
  }
  return againstDirection ? 'ignore' : null;
}
