import type { Facets } from '../api/queue';

/** A condition that can be chosen instead of typed. */
export interface FilterName {
  readonly name: string;
  /** What can be chosen, in the words of the grammar. */
  readonly values?: readonly string[];
  /** The counter that knows what there is, and how many. */
  readonly facet?: 'pipeline' | 'unit' | 'kind' | 'state' | 'priority';
  /** Something can be typed as well. */
  readonly typed?: true;
}

export const filterNames: readonly FilterName[] = [
  { name: 'pipeline', facet: 'pipeline' },
  { name: 'field', facet: 'unit' },
  { name: 'kind', facet: 'kind' },
  { name: 'priority', facet: 'priority', values: ['urgent', 'high', 'normal', 'low'] },
  { name: 'state', facet: 'state', values: ['open', 'held', 'snoozed', 'closed'] },
  { name: 'due', values: ['overdue', 'today', 'week', 'none', 'set'], typed: true },
  { name: 'age', typed: true },
  { name: 'assignee', values: ['me', 'none', 'any'], typed: true },
  { name: 'turn', values: ['me', 'others', 'none'] },
  { name: 'asked', values: ['me', 'any'] },
  { name: 'claimed', values: ['me', 'any', 'none'] },
  { name: 'author', typed: true },
  { name: 'value', typed: true },
  { name: 'side', values: ['A', 'B'] },
  { name: 'title', typed: true },
  { name: 'record', typed: true },
  { name: 'queue', typed: true },
  { name: 'commented', values: ['yes', 'no'] },
  { name: 'reopened', values: ['yes', 'no'] },
  { name: 'closed', values: ['itself', 'decided'], typed: true },
];

export interface FilterOption {
  readonly value: string;
  readonly label: string;
  readonly count: number | null;
}

const MOST_OPTIONS = 60;

/** What can be chosen for a condition, what there is most of first where counters know. */
export function optionsOf(
  { name, facet, values = [] }: FilterName,
  facets: Facets | undefined,
): readonly FilterOption[] {
  const counts = facet === undefined ? {} : (facets?.[facet] ?? {});
  const known = Object.entries(counts)
    .filter(([value, count]) => count > 0 && !values.includes(value))
    .sort(([, x], [, y]) => y - x)
    .map(([value]) => value);
  const plain = [...values, ...known].slice(0, MOST_OPTIONS).map((value) => ({
    value,
    label: value,
    count: facet === undefined ? null : (counts[value] ?? 0),
  }));
  if (name !== 'assignee') return plain;
  const people = (facets?.assignee ?? []).flatMap(({ person, count }) =>
    person === null ? [] : [{ value: person.id, label: person.name, count }],
  );
  return [...plain, ...people];
}
