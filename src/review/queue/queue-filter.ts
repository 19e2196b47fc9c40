import { parseFilter, filterFault, type FilterTerm, type FilterValue } from './filter-grammar.js';
import { conditionOf, stateOf, type Condition } from './filter-conditions.js';
import type { FilterContext, ItemState, SeenPipeline } from './filter-context.js';
import { recordOf } from './filter-values.js';

/** Which items are asked for, as the reader of pages needs it. */
export interface QueueFilter {
  readonly pipelines: readonly SeenPipeline[];
  /** Lists have an order each: those that wait (also decided ones whose write waits), those put off, and those that are over. */
  readonly list: 'waiting' | 'snoozed' | 'closed';
  /** Whose items alone, or which record's: far fewer rows to look at. */
  readonly assignee: string | null;
  readonly link: number | null;
  /** Of these alone. */
  readonly ids?: readonly string[];
  /** All must hold. */
  readonly conditions: readonly Condition[];
}

/**
 * What a filter means to a caller.
 *
 * @param fixed what the other parameters of the request say, as terms of the same kind
 * @throws AppError `filter-invalid`
 */
export function readQueueFilter(text: string, context: FilterContext, fixed: FixedTerms = {}): QueueFilter {
  const terms = [...parseFilter(text), ...fixedTerms(fixed)];
  const pipelines = pipelinesOf(text, terms, context.pipelines);
  const states = statesOf(text, terms);
  const rest = terms.filter(({ name }) => name !== 'pipeline' && name !== 'queue');
  const conditions = rest.map((term) => conditionOf(text, term, context));
  return {
    pipelines,
    list: listOf(text, states),
    assignee: assigneeAlone(conditions),
    link: linkAlone(text, rest),
    conditions,
  };
}

export interface FixedTerms {
  readonly pipeline?: string | undefined;
  readonly state?: string | undefined;
  readonly unit?: string | undefined;
  readonly record?: string | undefined;
}

function fixedTerms(fixed: FixedTerms): readonly FilterTerm[] {
  return (['pipeline', 'state', 'unit', 'record'] as const).flatMap((name): FilterTerm[] => {
    const text = fixed[name];
    return text === undefined ? [] : [{ name, negated: false, values: [{ text, at: 0 }], at: 0 }];
  });
}

function pipelinesOf(
  text: string,
  terms: readonly FilterTerm[],
  seen: readonly SeenPipeline[],
): readonly SeenPipeline[] {
  let left = seen;
  for (const { name, negated, values } of terms) {
    if (name !== 'pipeline' && name !== 'queue') continue;
    const of = (one: SeenPipeline): string | null => (name === 'pipeline' ? one.name : one.queue);
    for (const value of values)
      if (!seen.some((one) => of(one) === value.text))
        throw filterFault(
          text,
          value.at,
          name === 'pipeline' ? 'the name of a pipeline' : 'the name of a queue',
        );
    const named = (one: SeenPipeline): boolean => values.some((value) => value.text === of(one));
    left = left.filter((one) => named(one) !== negated);
  }
  return left;
}

function statesOf(text: string, terms: readonly FilterTerm[]): readonly ItemState[] {
  return terms
    .filter(({ name, negated }) => name === 'state' && !negated)
    .flatMap(({ values }) => values.map((value) => stateOf(text, value)));
}

function listOf(text: string, states: readonly ItemState[]): QueueFilter['list'] {
  const lists = new Set(
    states.map((state) => (state === 'snoozed' || state === 'closed' ? state : ('waiting' as const))),
  );
  if (lists.size > 1)
    throw filterFault(text, 0, 'snoozed, or closed, or of open and held: each is a list of its own');
  return [...lists][0] ?? 'waiting';
}

function assigneeAlone(conditions: readonly Condition[]): string | null {
  const one = conditions.find(
    ({ name, negated, people }) => name === 'assignee' && !negated && people?.length === 1,
  );
  return one?.people?.[0] ?? null;
}

function linkAlone(text: string, terms: readonly FilterTerm[]): number | null {
  const one = terms.find(({ name, negated, values }) => name === 'record' && !negated && values.length === 1);
  return one === undefined ? null : recordOf(text, one.values[0] as FilterValue);
}
