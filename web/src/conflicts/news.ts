/** Of a conflict, what a filter without words looks at, and when it came. */
export interface Item {
  readonly id: string;
  readonly state: string;
  readonly pipeline: string;
  readonly unit: string;
  readonly openedAt: string;
  readonly changedAt: string;
}

/** What fits the filter and waits to be put into the list. */
export interface News {
  readonly ids: ReadonlySet<string>;
  /** True when there may be others. */
  readonly more: boolean;
}

export const NO_NEWS: News = { ids: new Set(), more: false };

/** What was found out about conflicts that events have named. */
export interface Look {
  readonly conflicts: readonly Item[];
  /** What fits the words of the filter, as the service says; null: there are no words, or it did not answer. */
  readonly fitting: readonly Item[] | null;
  /** More was named than was looked at. */
  readonly more: boolean;
}

/** The list that is shown. */
export interface Listed {
  readonly filter: Readonly<Record<'state' | 'pipeline' | 'unit' | 'filter', string>>;
  readonly has: (id: string) => boolean;
  /** When its first page was served, in ms of the service's clock. */
  readonly servedAt: number;
}

/** The news after a look; the same object where nothing has changed. What another look has found meanwhile stays. */
export function newsAfter(before: News, { conflicts, fitting, more }: Look, list: Listed): News {
  const ids = new Set(before.ids);
  const isNew = (conflict: Item) => !list.has(conflict.id) && isLaterThan(conflict, list.servedAt);
  for (const conflict of fitting ?? []) if (isNew(conflict)) ids.add(conflict.id);
  const named = new Set(fitting?.map(({ id }) => id));
  // What the words of a filter say only the service knows.
  const known = list.filter.filter === '' || fitting !== null;
  for (const conflict of conflicts) {
    if (list.has(conflict.id)) continue;
    const fits = list.filter.filter === '' ? matches(conflict, list.filter) : named.has(conflict.id);
    if (fits && isNew(conflict)) ids.add(conflict.id);
    else if (known) ids.delete(conflict.id);
  }
  const same = ids.size === before.ids.size && [...ids].every((id) => before.ids.has(id));
  return same && (before.more || !more) ? before : { ids, more: before.more || more };
}

function matches(conflict: Item, filter: Listed['filter']): boolean {
  return (
    (filter.state === '' || conflict.state === filter.state) &&
    (filter.pipeline === '' || conflict.pipeline === filter.pipeline) &&
    (filter.unit === '' || conflict.unit === filter.unit)
  );
}

/** A conflict on a page that is not loaded yet is not new. Times of the same clock, the service's; headers have whole seconds. */
function isLaterThan(conflict: Item, servedAt: number): boolean {
  return Math.max(Date.parse(conflict.openedAt), Date.parse(conflict.changedAt)) >= servedAt - 1_000;
}
