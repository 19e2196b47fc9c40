import { AppError } from '../common/errors.js';
import type { StoredCandidate } from '../core/conflict-at-rest.js';
import type { UnitPlan } from '../core/plan.js';
import type { SideLabels } from '../core/policy/words.js';
import type { Canon } from '../core/value.js';
import type { DecideDto } from './decision.dto.js';
import { suggestedMerge } from './suggested-merge.js';
import { typedValue } from './typed-value.js';

export interface Choice {
  readonly plan: UnitPlan;
  readonly input: DecideDto;
  readonly base: { readonly value: Canon } | null;
  readonly stored: readonly StoredCandidate[];
  readonly shown: readonly StoredCandidate[];
  readonly labels: SideLabels;
}

/**
 * The value that was taken, out of what was shown.
 *
 * @throws AppError `invalid` for a choice that this conflict does not offer
 */
export function choose({ plan, input, base, stored, shown, labels }: Choice): Canon {
  if (input.take !== 'value' && input.value !== undefined) throw refuse('/value', 'is only for take: value');
  switch (input.take) {
    case 'a':
    case 'b': {
      const taken = shown.find(({ key }) => key === input.take);
      if (taken === undefined)
        throw refuse('/take', `${labels[input.take === 'a' ? 'A' : 'B']} has no value to take here`);
      return taken.value;
    }
    case 'base':
      if (base === null) throw refuse('/take', 'there is no base: the records share no earlier value');
      return base.value;
    case 'merged': {
      const merged = suggestedMerge(plan, base, stored);
      if (merged === null) throw refuse('/take', 'there is no clean merge of these values');
      return merged.value;
    }
    case 'value':
      if (input.value === undefined)
        throw refuse('/value', 'is missing; take: value needs one (null clears the field)');
      return typedValue(plan, input.value);
    case 'link':
    case 'create':
    case 'apart':
      throw refuse('/take', `${input.take} answers a match; this is about a value`);
  }
}

function refuse(pointer: string, detail: string): AppError {
  return new AppError('invalid', `${pointer}: ${detail}`, { faults: [{ pointer, detail, code: 'choice' }] });
}
