import type { Plan } from '../core/plan.js';
import { policyInWords } from '../core/policy/words.js';

/** What decides each unit of a pipeline, in words: unit key → sentence. */
export function policiesInWords({ units, sides }: Plan): Record<string, string> {
  const labels = { A: sides.A.label, B: sides.B.label };
  return Object.fromEntries(
    units
      .filter(({ contextOnly }) => !contextOnly)
      .map((unit) => {
        const words = policyInWords(unit, labels);
        const members = unit.members.map(({ field }) => field).join(', ');
        return [unit.key, unit.isGroup ? `${words} (decided together: ${members})` : words];
      }),
  );
}
