import { SIDES, type Side } from '../core/clock.js';
import type { SideUndone } from '../core/give-back.js';
import { LIFE } from '../core/plan.js';
import type { SideLabels } from '../core/policy/words.js';

/** Who took what back, and what each side is left with: "Ann took Ben's decision back: CRM gets back what it had". */
export function undoneWords(
  by: string,
  decidedBy: string,
  unit: string,
  sides: Readonly<Record<Side, SideUndone>>,
  labels: SideLabels,
): string {
  const who =
    by === decidedBy ? `${by} took the decision back` : `${by} took the decision of ${decidedBy} back`;
  const parts = SIDES.map((side) => `${labels[side]} ${said(sides[side], unit === LIFE)}`);
  return `${who}: ${parts.join(', ')}`;
}

function said(what: SideUndone, isLife: boolean): string {
  switch (what) {
    case 'given-back':
      return isLife ? 'gets back how it stood' : 'gets back what it had';
    case 'edited-since':
      return 'keeps what was edited there since';
    case 'as-it-was':
      return isLife ? 'stays as it is' : 'has what it had';
  }
}
