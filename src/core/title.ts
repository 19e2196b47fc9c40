import type { Plan, UnitPlan } from './plan.js';
import type { Canon } from './value.js';

/** Fields by which people know a record, best first. */
const TELLING: readonly string[] = [
  'name',
  'title',
  'company',
  'company_name',
  'label',
  'subject',
  'full_name',
  'display_name',
  'last_name',
  'family_name',
  'surname',
];

/** The unit whose value names a record for people: one with a telling name, else the first text; `null` where nothing is text. */
export function titleUnit(plan: Plan): UnitPlan | null {
  const texts = plan.units.filter(
    (unit) => unit.type === 'text' && !unit.contextOnly && unit.reference === undefined,
  );
  for (const name of TELLING) {
    const unit = texts.find(({ key }) => key.toLowerCase() === name);
    if (unit !== undefined) return unit;
  }
  return texts[0] ?? null;
}

/** At most 120 characters of the title unit's value, else of what stands in for a name: an id of the record. */
export function recordTitle(value: Canon | undefined, fallback: string): string {
  const text = typeof value === 'string' && value.trim() !== '' ? value.trim() : fallback;
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}
