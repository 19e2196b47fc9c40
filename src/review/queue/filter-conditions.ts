import { boundOf, oneOf, personIn, recordOf } from './filter-values.js';
import { filterFault, type FilterName, type FilterTerm, type FilterValue } from './filter-grammar.js';
import type { FilterContext, ItemState } from './filter-context.js';

export const PRIORITIES = ['urgent', 'high', 'normal', 'low'] as const;
const STATES = ['open', 'held', 'snoozed', 'closed'] as const;
const DECIDED = ['decided', 'released', 'discarded', 'resumed'];
const NOBODY = ['none', 'nobody'];

/** What counters know of an item. */
export type Dimension = 'unit' | 'kind' | 'state' | 'priority' | 'assignee';

export interface Condition {
  readonly name: FilterName;
  readonly negated: boolean;
  /** SQL over `i` (review_item), and `c` (conflict) and `g` (guard_trip) where `joined`; a `?` stands for each value. */
  readonly text: string;
  readonly values: readonly unknown[];
  readonly joined: boolean;
  /** Where a counter knows it: whether an item of the sort fits. */
  readonly counted?: { readonly dimension: Dimension; readonly fits: (value: string) => boolean };
  /** Keys of the people that are asked for, where all are named by key. */
  readonly people?: readonly string[];
}

type Said = Omit<Condition, 'name' | 'negated'>;

/** @throws AppError `filter-invalid` */
export function conditionOf(filter: string, term: FilterTerm, context: FilterContext): Condition {
  const { name, negated } = term;
  const said = READERS[name](filter, term.values, context);
  // What is not known does not hold: `not (null)` would leave out what has no value at all.
  const text = negated ? `coalesce(not (${said.text}), true)` : `(${said.text})`;
  const counted = said.counted;
  return {
    ...said,
    name,
    negated,
    text,
    ...(counted !== undefined && {
      counted: { ...counted, fits: (value: string) => counted.fits(value) !== negated },
    }),
  };
}

export function stateOf(filter: string, value: FilterValue): ItemState {
  return oneOf(filter, value, STATES);
}

type Read = (filter: string, values: readonly FilterValue[], context: FilterContext) => Said;

const among =
  (column: string, dimension?: Dimension): Read =>
  (_, values) => {
    const texts = values.map(({ text }) => text);
    return {
      text: `${column} = any(?::text[])`,
      values: [texts],
      joined: false,
      ...(dimension !== undefined && { counted: { dimension, fits: (value) => texts.includes(value) } }),
    };
  };

/** One of several, each by SQL of its own. */
const either =
  (
    one: (filter: string, value: FilterValue, context: FilterContext) => readonly [string, ...unknown[]],
    joined = false,
  ): Read =>
  (filter, values, context) => {
    const parts = values.map((value) => one(filter, value, context));
    return {
      text: parts.map(([text]) => `(${text})`).join(' or '),
      values: parts.flatMap(([, ...rest]) => rest),
      joined,
    };
  };

const contains = (column: string): string => `strpos(lower(${column}), lower(?)) > 0`;

const yesOrNo = (text: string): Read =>
  either((filter, value) => [oneOf(filter, value, ['yes', 'no']) === 'yes' ? text : `not (${text})`]);

const READERS: Readonly<Record<FilterName, Read>> = {
  // Both are looked up before: which pipelines are read at all.
  pipeline: among(`''`),
  queue: among(`''`),
  field: among('i.unit', 'unit'),
  unit: among('i.unit', 'unit'),
  kind: among('i.kind', 'kind'),
  state: (filter, values, context) =>
    among('i.state', 'state')(
      filter,
      values.map((value) => ({ ...value, text: stateOf(filter, value) })),
      context,
    ),
  priority: (filter, values) => {
    const named = values.map((value) => oneOf(filter, value, PRIORITIES));
    return {
      text: 'i.urgency = any(?::smallint[])',
      values: [named.map((one) => PRIORITIES.indexOf(one))],
      joined: false,
      counted: { dimension: 'priority', fits: (value) => named.some((one) => one === value) },
    };
  },
  due: either((filter, value, { now }) => {
    const bound = boundOf(filter, value);
    if (bound !== null)
      return [
        `i.due_at ${bound.before ? '<' : '>'} ?::timestamptz and i.due_at < 'infinity'`,
        new Date(bound.isSpan ? now + bound.ms : bound.ms),
      ];
    switch (oneOf(filter, value, ['overdue', 'today', 'week', 'none', 'set'])) {
      case 'overdue':
        return ['i.due_at <= ?::timestamptz', new Date(now)];
      case 'today':
        return ['i.due_at <= ?::timestamptz', new Date(new Date(now).setUTCHours(24, 0, 0, 0))];
      case 'week':
        return ['i.due_at <= ?::timestamptz', new Date(now + 7 * 86_400_000)];
      case 'none':
        return [`i.due_at = 'infinity'`];
      case 'set':
        return [`i.due_at < 'infinity'`];
    }
  }),
  age: either((filter, value, { now }) => {
    const bound = boundOf(filter, value);
    if (bound === null) throw filterFault(filter, value.at, 'a bound such as <1h, >2d or <2026-12-01');
    // Younger than a span: opened after its beginning. Before a date: opened before it.
    const after = bound.isSpan === bound.before;
    return [
      `i.opened_at ${after ? '>' : '<'} ?::timestamptz`,
      new Date(bound.isSpan ? now - bound.ms : bound.ms),
    ];
  }),
  assignee: (filter, values, context) => {
    const people = values.flatMap((value) => personIn(context.me, value) ?? []);
    const named = people.length === values.length;
    const said = either((_, value) => {
      const text = value.text.toLowerCase();
      if (NOBODY.includes(text)) return ['i.assignee_id is null'];
      if (text === 'any') return ['i.assignee_id is not null'];
      const key = personIn(context.me, value);
      return key === null
        ? [personLike('i.assignee_id'), value.text, value.text]
        : ['i.assignee_id = ?::uuid', key];
    })(filter, values, context);
    const counts = values.every(
      (value) =>
        personIn(context.me, value) !== null || [...NOBODY, 'any'].includes(value.text.toLowerCase()),
    );
    if (!counts) return said;
    const none = values.some(({ text }) => NOBODY.includes(text.toLowerCase()));
    const any = values.some(({ text }) => text.toLowerCase() === 'any');
    return {
      ...said,
      ...(named && { people }),
      counted: {
        dimension: 'assignee',
        fits: (value) => (value === '' ? none : any || people.includes(value)),
      },
    };
  },
  claimed: either((filter, value, { me, now }) => {
    const at = new Date(now);
    switch (oneOf(filter, value, ['me', 'any', 'none'])) {
      case 'me':
        return ['i.lease_by = ?::uuid and i.lease_until > ?::timestamptz', me, at];
      case 'any':
        return ['i.lease_by is not null and i.lease_until > ?::timestamptz', at];
      case 'none':
        return ['i.lease_by is null or i.lease_until <= ?::timestamptz', at];
    }
  }),
  turn: either((filter, value, { me }) => {
    switch (oneOf(filter, value, ['me', 'others', 'none'])) {
      case 'me':
        return ['i.turn_id = ?::uuid', me];
      case 'others':
        return ['i.turn_id is not null and i.turn_id <> ?::uuid', me];
      case 'none':
        return ['i.turn_id is null'];
    }
  }),
  asked: either((filter, value, { me }) =>
    oneOf(filter, value, ['me', 'any']) === 'any'
      ? ['i.asked_at is not null']
      : ['i.asked_at is not null and (i.asked_of is null or i.asked_of = ?::uuid)', me],
  ),
  author: either(
    (_, { text }) => [
      `exists (select from jsonb_array_elements(c.candidates) e where ${contains(`e -> 'by' ->> 'name'`)})`,
      text,
    ],
    true,
  ),
  // Whoever may not see a value does not find it out by asking who has it.
  value: either((_, { text }, { unsearchable }) => {
    const units = [...unsearchable].flatMap(([id, { plain }]) => plain.map((unit) => [id, unit] as const));
    return [
      `(exists (select from jsonb_array_elements(c.candidates) e where ${contains(`e ->> 'v'`)}) or ${contains(`c.base ->> 'value'`)})
       and (i.pipeline_id <> all(?::int[]) or (i.pipeline_id, i.unit) in (select * from unnest(?::int[], ?::text[])))`,
      text,
      text,
      [...unsearchable.keys()],
      units.map(([id]) => id),
      units.map(([, unit]) => unit),
    ];
  }, true),
  side: either((filter, value) => {
    const side = oneOf(filter, value, ['a', 'b']).toUpperCase();
    return [
      `exists (select from jsonb_array_elements(c.candidates) e where e ->> 'side' = ?) or g.side = ?`,
      side,
      side,
    ];
  }, true),
  record: (filter, values) => ({
    text: 'i.link_id = any(?::bigint[])',
    values: [values.map((value) => recordOf(filter, value))],
    joined: false,
  }),
  title: either((_, { text }, { unsearchable }) => {
    const nameless = [...unsearchable].flatMap(([id, { title, titlesUpTo }]) =>
      title || titlesUpTo > 0 ? [id] : [],
    );
    return [`${contains('c.title')} and i.pipeline_id <> all(?::int[])`, text, nameless];
  }, true),
  closed: either((_, { text }) => {
    if (text === 'itself')
      return ['i.close_reason is not null and i.close_reason <> all(?::text[])', DECIDED];
    return text === 'decided' ? ['i.close_reason = any(?::text[])', DECIDED] : ['i.close_reason = ?', text];
  }),
  reopened: yesOrNo('i.reopened > 0'),
  commented: yesOrNo('i.comments > 0'),
};

function personLike(column: string): string {
  return `exists (select from person p where p.id = ${column} and (${contains('p.name')} or ${contains('p.email')}))`;
}
